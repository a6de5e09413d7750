import type { LeanDeps } from '../deps/deps.ts';

/** The channel on which processes notify each other of new changes. */
export const channel = 'patchbay_changes';

/** Minimum pause in milliseconds between two notifications of a process. */
const announceInterval = 50;

/** `timer` runs while the next announcement has to wait; `isDue` says whether there is one. */
type Announcer = { timer: NodeJS.Timeout | undefined; isDue: boolean };

export function createAnnouncer(): Announcer {
  return { timer: undefined, isDue: false };
}

declare module '../deps/deps.ts' {
  interface LeanDeps {
    announcer: Announcer;
  }
}

/**
 * Notifies all processes, this one included, that a change was committed. Call it after the transaction: a
 * NOTIFY inside it would take a lock on which all writers wait. If a notification is lost, readers find
 * the change a second later.
 */
export function announceChanges(deps: LeanDeps): void {
  const { announcer } = deps;
  announcer.isDue = true;
  if (announcer.timer !== undefined) return;
  const announce = () => {
    announcer.timer = undefined;
    if (!announcer.isDue) return;
    announcer.isDue = false;
    announcer.timer = setTimeout(announce, announceInterval).unref();
    deps.sql('announce-changes', `SELECT pg_notify('${channel}', '')`, []).catch(() => {});
  };
  announce();
}
