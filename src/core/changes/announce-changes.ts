import { type LeanDeps, perDeps } from '../deps/deps.ts';

/** Where processes tell each other that there are changes to read. */
export const channel = 'patchbay_changes';

/** How often at most a process tells the others, in milliseconds. */
const interval = 50;

type Announcer = { timer: NodeJS.Timeout | undefined; isDue: boolean };

const announcerOf = perDeps((): Announcer => ({ timer: undefined, isDue: false }));

/**
 * Tells all processes, this one included, that a change was committed. Not from inside its
 * transaction: there it costs most of what a database can write. What is not heard is found a second
 * later all the same.
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
