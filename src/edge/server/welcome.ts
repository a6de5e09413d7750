import type { Config } from '../../platform/config/config.ts';
import type { FirstStart } from './open-deps.ts';

/**
 * Returns the text that the first start prints once: what it created, and how to store and fetch a secret.
 */
export function describeFirstStart(
  { publicUrl, bootstrapAccessKey, databaseUrl, dataDir }: Config,
  { projectId, accessKey, keyFile }: FirstStart,
): string {
  const given = bootstrapAccessKey !== undefined;
  const key = given
    ? '$BOOTSTRAP_ACCESS_KEY'
    : keyFile
      ? `$(cat ${shellQuote(keyFile)})`
      : accessKey;
  const body = {
    project_id: projectId,
    name: 'My OpenAI key',
    type: 'dynamiq.connections.OpenAI',
    config: { api_key: 'replace-me' },
  };
  return `
Patchbay made an organization and a project, both named "default".
This is said once.

  Project     ${projectId}
  Admin key   ${given ? 'the one in BOOTSTRAP_ACCESS_KEY' : (keyFile ?? accessKey)}${databaseUrl === undefined ? `\n  Data        ${dataDir}   (keep its file master-keys: without it nothing opens)` : ''}

Store a secret, then fetch it back:

  KEY="${key}"
  ID=$(curl -sS ${publicUrl}/v1/connections \\
    -H "Authorization: Bearer $KEY" -H "Content-Type: application/json" \\
    -d '${JSON.stringify(body)}' \\
    | sed -E 's/.*"data":\\{"id":"([^"]+)".*/\\1/')
  curl -sS -X POST ${publicUrl}/v1/connections/$ID/credentials -H "Authorization: Bearer $KEY"

GraphiQL: ${publicUrl}/graphql
`;
}

function shellQuote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
