import { setTimeout as wait } from 'node:timers/promises';
import type { PGlite } from '@electric-sql/pglite';
import pg from 'pg';

/**
 * Calls `onNotice` for each notification on a channel, until it is closed. It also calls it after each
 * connect. PostgreSQL does not repeat notifications that were sent while no session listened, so the caller
 * must then read what it missed.
 */
export type Listen = (channel: string, onNotice: () => void) => { close(): Promise<void> };

/** Milliseconds between two checks of the session. A network can drop a session without an error. */
const pulse = 5_000;

/** Milliseconds before the next attempt to connect. */
const reconnectPause = 250;

/** Listens in a PostgreSQL session of its own. If the session is lost, it opens a new one. */
export function listenPostgresql(session: pg.ClientConfig): Listen {
  return (channel, onNotice) => {
    const closing = new AbortController();
    const { signal } = closing;
    const listen = async () => {
      while (!signal.aborted) {
        await hear(session, channel, onNotice, signal).catch(() => {});
        await pause(reconnectPause, signal);
      }
    };
    const listening = listen();
    return {
      close: () => {
        closing.abort();
        return listening;
      },
    };
  };
}

/** Listens until the session is lost or the signal is aborted. */
async function hear(
  session: pg.ClientConfig,
  channel: string,
  onNotice: () => void,
  signal: AbortSignal,
): Promise<void> {
  const client = new pg.Client(session);
  const lost = new AbortController();
  client.on('error', () => lost.abort());
  client.on('end', () => lost.abort());
  client.on('notification', onNotice);
  try {
    await client.connect();
    await client.query(`LISTEN ${client.escapeIdentifier(channel)}`);
    onNotice();
    const over = AbortSignal.any([signal, lost.signal]);
    while (!over.aborted) {
      await client.query('SELECT 1');
      await pause(pulse, over);
    }
  } finally {
    void client.end().catch(() => {});
  }
}

/** Waits for some time, or until the signal is aborted. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return wait(milliseconds, undefined, { signal }).catch(() => {});
}

/** Listens to the embedded database. It is in this process, so no notification gets lost. */
export function listenPglite(pglite: PGlite): Listen {
  return (channel, onNotice) => {
    const listening = pglite.listen(channel, onNotice);
    listening.then(onNotice, () => {});
    return {
      close: async () => {
        const stop = await listening;
        if (!pglite.closed) await stop();
      },
    };
  };
}
