import type { Deps } from '../../core/deps/deps.ts';

/*
 * Data of connect tokens is useless an hour after they have expired. A user who linked nothing is deleted
 * with the last of their tokens.
 */
const statements = {
  'forget-revoked-tokens': 'DELETE FROM revoked_token WHERE expires_at < now()',
  'forget-signing-keys': 'DELETE FROM signing_key WHERE verifies_until < now()',
  'forget-end-users': `
    DELETE FROM end_user u WHERE u.token_at < now() - interval '25 hours'
      AND NOT EXISTS (SELECT 1 FROM end_user_link l WHERE l.end_user_id = u.id)
      AND NOT EXISTS (SELECT 1 FROM connection c WHERE c.end_user_id = u.id)
      AND NOT EXISTS (SELECT 1 FROM pipedream_link w WHERE w.end_user_id = u.id)`,
};

/** Deletes the data that no connect token needs any longer. */
export async function forgetEndedTokens({ sql, log }: Deps): Promise<void> {
  for (const [name, statement] of Object.entries(statements)) {
    try {
      await sql(name, statement, []);
    } catch (error) {
      log.warn({ err: error, name }, 'could not delete the remains of ended connect tokens');
    }
  }
}
