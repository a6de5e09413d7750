import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Sql } from '../../platform/db/sql.ts';

/** Pause in milliseconds between two heartbeats of a process. */
export const heartbeatPause = 5_000;
/** Seconds of silence after which a process counts as dead, by the database's clock. */
export const longestSilence = 60;

/** The presence of a process. It counts as alive until it leaves or falls silent. */
export type Presence = { leave(): Promise<void> };

/** A live process that lacks a master key. */
export type Lacking = { host: string; pid: number; kids: string[] };

const announceStatement = `
  INSERT INTO server_process (id, host, pid, master_key_kids) VALUES ($1::uuid, $2, $3, $4::text[])
  ON CONFLICT (id) DO UPDATE SET seen_at = now()`;

const buryStatement = `
  DELETE FROM server_process WHERE seen_at < now() - interval '1 day'`;

const leaveStatement = 'DELETE FROM server_process WHERE id = $1::uuid';

/**
 * Announces which master keys this process holds, and repeats that until it leaves. A rotation waits for
 * processes that lack the new key.
 */
export async function announceProcess(sql: Sql, kids: readonly string[]): Promise<Presence> {
  const id = randomUUID();
  const announce = () =>
    sql('announce-process', announceStatement, [id, hostname(), process.pid, kids]);
  await sql('bury-processes', buryStatement, []);
  await announce();
  const beating = setInterval(() => {
    announce().catch(() => {}); // the next heartbeat may succeed
  }, heartbeatPause).unref();
  return {
    async leave() {
      clearInterval(beating);
      await sql('leave-processes', leaveStatement, [id]).catch(() => {}); // the process will count as dead after a minute
    },
  };
}

/** Forgets every process, for a database that only its opener can use. */
export async function forgetProcesses(sql: Sql): Promise<void> {
  await sql('forget-processes', 'DELETE FROM server_process', []);
}

/** The SQL condition that a row of `server_process` is alive. */
export const isProcessAlive = `seen_at > now() - interval '${longestSilence} seconds'`;

const lackingStatement = `
  SELECT host, pid, COALESCE(master_key_kids, '{}') AS kids FROM server_process
  WHERE ${isProcessAlive} AND NOT $1 = ANY (COALESCE(master_key_kids, '{}')) ORDER BY host, pid`;

/** Finds the live processes that do not hold a master key. */
export function findLacking(sql: Sql, kid: string): Promise<Lacking[]> {
  return sql<Lacking>('processes-lacking', lackingStatement, [kid]);
}
