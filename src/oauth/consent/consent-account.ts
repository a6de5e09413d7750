import type { ConnectionType } from '../../core/catalog/catalog.ts';
import type { Provider } from '../provider/provider.ts';
import type { TokenAnswer } from '../provider/token-answer.ts';
import type { GrantTokens } from '../refresh/grant.ts';

/** The part of a consent that says who gave it. */
type ConsentOfAccount = {
  provider: Pick<Provider, 'facts'>;
  answer: Pick<TokenAnswer, 'account' | 'namedAccount'>;
};

/** Whether another account consents than before. The id that the type names decides, else the usual key. */
export function isOtherAccount(
  before: GrantTokens | undefined,
  consent: ConsentOfAccount,
): boolean {
  const id = accountIdOf(consent);
  if (before?.accountId !== undefined && id !== undefined) return before.accountId !== id;
  const { account } = consent.answer;
  return before?.account !== undefined && account !== undefined && before.account !== account;
}

/** Returns the id of the account, where the type says where to find it and the provider named it. */
export function accountIdOf({ provider, answer }: ConsentOfAccount): string | undefined {
  return provider.facts.account?.id == null ? undefined : answer.namedAccount.id;
}

/**
 * Returns the account that the connection shows from now on. Where only a verification knows the account by its
 * id, the consent leaves it alone: two ids of one account would look like two accounts.
 */
export function accountColumns(
  consent: ConsentOfAccount & { connection: { type: ConnectionType } },
) {
  const { verify } = consent.connection.type;
  const isVerified = verify?.kind === 'http' && verify.account !== null;
  if (isVerified && accountIdOf(consent) === undefined) return {};
  const { id, label } = consent.answer.namedAccount;
  if (id === undefined && label === undefined) return {};
  return { accountId: id ?? null, accountLabel: label ?? null };
}
