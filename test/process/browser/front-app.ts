import { appMutations } from '../../helpers/app-mutations.ts';
import { mintToken } from '../../helpers/connect-tokens.ts';
import type { BuiltServer } from '../built-server.ts';

/** An app, and the calls of its own backend. */
export type FrontApp = {
  id: string;
  /** Adds a requirement to the app; returns its id. */
  ask: (what: Asked) => Promise<string>;
  /** A user's link to the connect page at `publicUrl`. */
  linkFor: (userId: string) => Promise<string>;
  /** Ends all links and sessions of a user. */
  endSessions: (userId: string) => Promise<void>;
};

export type Asked = { title: string; description?: string; kind?: string; spec?: object };

/** Makes an app through the API; `settings` are those of its connect page. */
export async function makeFrontApp(
  server: BuiltServer,
  publicUrl: string,
  settings: object = {},
  name = 'Travel desk',
): Promise<FrontApp> {
  const { createApp, createRequirement } = appMutations(server);
  const { id } = requireMade(await createApp({ name, connectPage: settings }));
  return {
    id,
    ask: async (what) => requireMade(await createRequirement({ appId: id, ...what })).id,
    linkFor: async (userId) =>
      `${publicUrl}/connect?token=${await mintToken(server, { id }, userId)}`,
    endSessions: (userId) => endSessions(server, { appId: id, userId }),
  };
}

function requireMade<Result extends { id: string }>({ result, text }: Made<Result>): Result {
  if (result.id === undefined) throw new Error(`It was not made: ${text}`);
  return result;
}

type Made<Result> = { result: Result; text: string };

async function endSessions(server: BuiltServer, input: object): Promise<void> {
  const document = `mutation ($input: RevokeConnectTokensInput!) {
    revokeConnectTokens(input: $input) { __typename }
  }`;
  const { data, text } = await server.graphql<{ revokeConnectTokens: object }>(document, { input });
  if (!data || /Error"/.test(text)) throw new Error(text);
}
