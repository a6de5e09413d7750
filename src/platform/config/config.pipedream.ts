/** The settings of this server as a client of Pipedream Connect. */
export type PipedreamConfig = {
  clientId: string;
  clientSecret: string;
  projectId: string;
  environment: 'development' | 'production';
  /** The origin of the API, without a slash at the end. */
  apiUrl: string;
};

type PipedreamVariables = {
  PIPEDREAM_CLIENT_ID?: string | undefined;
  PIPEDREAM_CLIENT_SECRET?: string | undefined;
  PIPEDREAM_PROJECT_ID?: string | undefined;
  PIPEDREAM_ENVIRONMENT: PipedreamConfig['environment'];
  PIPEDREAM_API_URL: string;
};

/**
 * Reads the settings of Pipedream; undefined if it is not used. It calls `complain` for each variable that
 * is missing beside others.
 */
export function readPipedreamConfig(
  variables: PipedreamVariables,
  complain: (name: string, wanted: string) => void,
): PipedreamConfig | undefined {
  const { PIPEDREAM_CLIENT_ID, PIPEDREAM_CLIENT_SECRET, PIPEDREAM_PROJECT_ID } = variables;
  const needed = { PIPEDREAM_CLIENT_ID, PIPEDREAM_CLIENT_SECRET, PIPEDREAM_PROJECT_ID };
  const given = Object.entries(needed).filter(([, value]) => value !== undefined);
  if (given.length === 0) return undefined;
  for (const [name, value] of Object.entries(needed)) {
    if (value === undefined) complain(name, `set together with ${given[0]?.[0]}`);
  }
  return {
    clientId: PIPEDREAM_CLIENT_ID ?? '',
    clientSecret: PIPEDREAM_CLIENT_SECRET ?? '',
    projectId: PIPEDREAM_PROJECT_ID ?? '',
    environment: variables.PIPEDREAM_ENVIRONMENT,
    apiUrl: variables.PIPEDREAM_API_URL,
  };
}
