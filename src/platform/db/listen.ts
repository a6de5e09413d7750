import { setTimeout as wait } from 'node:timers/promises';
import type { PGlite } from '@electric-sql/pglite';
import pg from 'pg';

/**
 * Hears what is notified on a channel until it is closed. `onNotice` is also called when a session is
 * there, for the first time or again: what was notified in between is not told, so read what there is.
 */
export type Listen = (channel: string, onNotice: () => void) => { close(): Promise<void> };

/** How often a session shows that it is still there, in milliseconds: a network may go silent. */
const pulse = 5_000;
const reconnectPause = 250;

/** Listens over a PostgreSQL session of its own, and opens a new session when that is lost. */
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

/** Listens until the session is lost, or the signal comes. */
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

/** Waits, no longer than until the signal. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return wait(milliseconds, undefined, { signal }).catch(() => {});
}

/** Inside this process; nothing gets lost there. */
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
