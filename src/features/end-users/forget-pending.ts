import type { Deps } from '../../core/deps/deps.ts';

/* A consent ends ten minutes after it last began. Pipedream says how long its link lives. */
const statements = {
  'forget-pending-connections': `
    DELETE FROM connection WHERE status = 'incomplete' AND end_user_id IS NOT NULL
      AND updated_at < now() - interval '1 hour'`,
  'forget-pipedream-links': 'DELETE FROM pipedream_link WHERE expires_at < now()',
};

/** Deletes consents and links that users began and never completed. */
export async function forgetPending({ sql, log }: Deps): Promise<void> {
  for (const [name, statement] of Object.entries(statements)) {
    try {
      await sql(name, statement, []);
    } catch (error) {
      log.warn({ err: error, name }, 'could not delete links that users never completed');
    }
  }
}
