import { join } from 'node:path';
import { launchScript, type Process } from '../process.ts';
import type { Issued, ProviderState } from './oauth-provider.state.ts';
import type { Account, Switches } from './oauth-provider.switches.ts';
import type { OAuthProvider, ProviderOptions } from './oauth-provider.ts';

export type Command =
  | { kind: 'set' | 'reset'; switches: Partial<Switches> }
  | { kind: 'issue'; count: number; account: Account; scope: string }
  | { kind: 'find'; token: string }
  | { kind: 'look' };

export type ProviderSnapshot = Pick<
  ProviderState,
  'calls' | 'authorizations' | 'issued' | 'counts' | 'switches'
>;

type Endpoints = Pick<
  OAuthProvider,
  'issuer' | 'client' | 'authorizationEndpoint' | 'tokenEndpoint' | 'revocationEndpoint'
>;

/** The scripted provider in its own process. */
export type OAuthProviderProcess = Endpoints & {
  process: Process;
  set(switches: Partial<Switches>): Promise<void>;
  reset(switches?: Partial<Switches>): Promise<void>;
  issue(count: number, account?: Account, scope?: string): Promise<Issued[]>;
  findAccount(token: string): Promise<Account | null>;
  /** The calls and counts so far. */
  look(): Promise<ProviderSnapshot>;
};

/** Starts it; it is killed at the end of the test file. */
export async function launchOAuthProvider(
  options: ProviderOptions = {},
): Promise<OAuthProviderProcess> {
  const launched = launchScript(join(import.meta.dirname, 'oauth-provider.main.ts'), options);
  const [line] = await launched.said(/^\{.*\}$/m);
  const { control, ...endpoints }: Endpoints & { control: string } = JSON.parse(line);
  const send = async <Answer>(command: Command): Promise<Answer> => {
    const answer = await fetch(control, { method: 'POST', body: JSON.stringify(command) });
    return (await answer.json()) as Answer;
  };
  return {
    ...endpoints,
    process: launched,
    set: (switches) => send({ kind: 'set', switches }),
    reset: (switches = {}) => send({ kind: 'reset', switches }),
    issue: (count, account = 'A', scope = 'read') => send({ kind: 'issue', count, account, scope }),
    findAccount: (token) => send({ kind: 'find', token }),
    look: () => send({ kind: 'look' }),
  };
}
