import { type LeanDeps, perDeps } from '../deps/deps.ts';

/** The channel on which processes notify each other of new changes. */
export const channel = 'patchbay_changes';

/** Minimum pause in milliseconds between two notifications of a process. */
const interval = 50;

type Announcer = { timer: NodeJS.Timeout | undefined; isDue: boolean };

const announcerOf = perDeps((): Announcer => ({ timer: undefined, isDue: false }));

/**
 * Notifies all processes, this one included, that a change was committed. Call it after the transaction: a
 * NOTIFY inside it would take a lock on which all writers wait. If a notification is lost, readers find
 * the change a second later.
 */
export function announceChanges(deps: LeanDeps): void {
  const announcer = announcerOf(deps);
  announcer.isDue = true;
  if (announcer.timer !== undefined) return;
  const announce = () => {
    announcer.timer = undefined;
    if (!announcer.isDue) return;
    announcer.isDue = false;
    announcer.timer = setTimeout(announce, interval).unref();
    deps.sql('announce-changes', `SELECT pg_notify('${channel}', '')`, []).catch(() => {});
  };
  announce();
}
