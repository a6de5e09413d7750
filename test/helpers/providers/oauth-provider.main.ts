import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import type { Command, ProviderSnapshot } from './oauth-provider.control.ts';
import { startOAuthProvider } from './oauth-provider.ts';

/**
 * The scripted provider in its own process, for tests of several server processes:
 * `tsx test/helpers/providers/oauth-provider.main.ts '{"port":9000,"switches":{"consent":"ask"}}'`. It prints its
 * endpoints as one line of JSON, and accepts every {@link Command} as a POST to `control`.
 */
const provider = await startOAuthProvider(JSON.parse(process.argv[2] ?? '{}'));

const control = createServer(async (message, response) => {
  const answer = run((await json(message)) as Command) ?? null;
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
});

control.listen(0, '127.0.0.1', () => {
  const { issuer, client, authorizationEndpoint, tokenEndpoint, revocationEndpoint } = provider;
  const address = control.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const endpoints = { issuer, client, authorizationEndpoint, tokenEndpoint, revocationEndpoint };
  process.stdout.write(
    `${JSON.stringify({ ...endpoints, control: `http://127.0.0.1:${port}/` })}\n`,
  );
});

function run(command: Command): unknown {
  switch (command.kind) {
    case 'set':
      return provider.set(command.switches);
    case 'reset':
      return provider.reset(command.switches);
    case 'issue':
      return Array.from({ length: command.count }, () =>
        provider.issue(command.account, command.scope),
      );
    case 'find':
      return provider.findAccount(command.token);
    case 'look':
      return look();
  }
}

function look(): ProviderSnapshot {
  const { calls, authorizations, issued, counts, switches } = provider;
  return { calls, authorizations, issued, counts, switches };
}
