import type { Deps } from '../deps.ts';

/* A consent is given within ten minutes of the last time that it was begun. */
const statement = `
  DELETE FROM connection WHERE status = 'incomplete' AND end_user_id IS NOT NULL
    AND updated_at < now() - interval '1 hour'`;

/** Deletes the connections of users who never consented. */
export async function forgetPendingConnections({ sql, log }: Deps): Promise<void> {
  try {
    await sql('forget-pending-connections', statement, []);
  } catch (error) {
    log.warn({ err: error }, 'connections that wait in vain were not deleted');
  }
}
