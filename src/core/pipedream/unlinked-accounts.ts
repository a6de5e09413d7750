import type { Deps } from '../deps/deps.ts';
import { deleteAccount } from './connect-api.ts';

/*
 * A process claims accounts for some minutes, so that two processes do not delete the same one. A failed
 * deletion is tried again until it succeeds.
 */
const claimAccountsStatement = `
  UPDATE pipedream_account SET deletion_tried_at = now()
  WHERE id IN (
    SELECT b.id FROM pipedream_account b
    WHERE b.deleted_at IS NULL
      AND (b.deletion_tried_at IS NULL OR b.deletion_tried_at <= now() - interval '5 minutes')
      AND NOT EXISTS (SELECT 1 FROM end_user_link l WHERE l.pipedream_account_id = b.id)
    LIMIT 100 FOR UPDATE SKIP LOCKED
  )
  RETURNING id`;

const deletedStatement = `UPDATE pipedream_account SET deleted_at = now() WHERE id = $1`;

/**
 * Deletes the accounts at Pipedream that nobody has linked any longer. Their rows stay, because an account
 * that was disconnected never counts again.
 */
export async function deleteUnlinkedAccounts(deps: Deps): Promise<void> {
  const { config, sql, log } = deps;
  // A copy of a database must not delete what the original still uses.
  if (config.pipedream === undefined || config.refresh === 'off') return;
  try {
    const accounts = await sql<{ id: string }>(
      'claim-unlinked-accounts',
      claimAccountsStatement,
      [],
    );
    for (const { id } of accounts) {
      await deleteAccount(deps, id);
      await sql('note-deleted-account', deletedStatement, [id]);
    }
  } catch (error) {
    log.warn({ err: error }, 'could not delete accounts at Pipedream; will try again');
  }
}
