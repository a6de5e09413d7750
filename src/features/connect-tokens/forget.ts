import type { Deps } from '../../core/deps/deps.ts';

/*
 * The rows that connect tokens leave behind have no use once the tokens have ended, and all tokens have
 * ended 25 hours after their creation. A user who connected nothing is deleted with the last of their tokens.
 */
const endedTokens = {
  'forget-revoked-tokens': 'DELETE FROM revoked_token WHERE expires_at < now()',
  'forget-signing-keys': 'DELETE FROM signing_key WHERE verifies_until < now()',
  'forget-end-users': `
    DELETE FROM end_user u WHERE u.token_at < now() - interval '25 hours'
      AND NOT EXISTS (SELECT 1 FROM end_user_link l WHERE l.end_user_id = u.id)
      AND NOT EXISTS (SELECT 1 FROM connection c WHERE c.end_user_id = u.id)
      AND NOT EXISTS (SELECT 1 FROM pipedream_link w WHERE w.end_user_id = u.id)`,
};

/*
 * A user completes a consent within ten minutes of the last time that they began it. A link of Pipedream
 * has an expiry of its own.
 */
const abandonedLinks = {
  'forget-pending-connections': `
    DELETE FROM connection WHERE status = 'incomplete' AND end_user_id IS NOT NULL
      AND updated_at < now() - interval '1 hour'`,
  'forget-pipedream-links': 'DELETE FROM pipedream_link WHERE expires_at < now()',
};

/** Deletes the rows that no valid connect token needs. */
export function forgetEndedTokens(deps: Deps): Promise<void> {
  return forget(deps, endedTokens, 'could not delete the remains of ended connect tokens');
}

/** Deletes what users began and never completed. */
export function forgetPending(deps: Deps): Promise<void> {
  return forget(deps, abandonedLinks, 'could not delete links that users never completed');
}

async function forget(
  { sql, log }: Deps,
  statements: Record<string, string>,
  complaint: string,
): Promise<void> {
  for (const [name, statement] of Object.entries(statements)) {
    // One statement that fails does not stop the others. The next run of the cleanup repeats it.
    try {
      await sql(name, statement, []);
    } catch (error) {
      log.warn({ err: error, name }, complaint);
    }
  }
}
