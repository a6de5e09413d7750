/* The part of the script that opens other windows and notices changes that they make. */

/** The name of the channel between our windows, and the type of the messages to an app's page. */
export const channelName = 'patchbay:connect';

/** Milliseconds for which the page waits for another window. A consent ends after the same time. */
const longestWait = 600_000;

/** Milliseconds between two requests for the status. */
const interval = 2_500;

/** The shown states of the requirements, and the function that shows other states. */
type Shown = {
  /** The path of the session's page. */
  base: string;
  states: Record<string, string>;
  /** The times when they were connected. */
  connectedAt: Record<string, string>;
  /** The time of the last failure that the page shows. */
  failedAt: string | undefined;
  /** Goes to the session's page with a query, and keeps typed text. */
  goTo: (query: string) => Promise<void>;
};

/** The response of `/status`. */
type Status = {
  requirements: Record<string, string>;
  connectedAt: Record<string, string>;
  failedAt?: string;
};

/** A page that can wait. `start` waits from now on; `end` releases everything when the page is replaced. */
export type Waiter = { start: () => void; end: () => void };

/**
 * Creates a waiter. It asks for the status when another of our windows sends a message, when the page
 * becomes visible, and in intervals while it is visible: a window on another site cannot send a message.
 */
export function makeWaiter(shown: Shown): Waiter {
  let deadline = 0;
  let timer: number | undefined;
  let isLooking = false;
  const stop = () => {
    clearInterval(timer);
    timer = undefined;
  };
  const look = async () => {
    if (timer === undefined || isLooking) return;
    if (Date.now() > deadline) {
      stop();
      showThatWaitIsOver();
      return;
    }
    isLooking = true;
    try {
      const query = await findNews(shown);
      if (query !== undefined) await shown.goTo(query);
    } catch {
      // The network fails now and then; the next look may succeed.
    } finally {
      isLooking = false;
    }
  };
  const lookIfVisible = () => {
    if (!document.hidden) look();
  };
  const channel = new BroadcastChannel(channelName);
  channel.onmessage = look;
  document.addEventListener('visibilitychange', lookIfVisible);
  return {
    start: () => {
      deadline = Date.now() + longestWait;
      timer ??= window.setInterval(lookIfVisible, interval);
    },
    end: () => {
      stop();
      channel.close();
      document.removeEventListener('visibilitychange', lookIfVisible);
    },
  };
}

/** Returns the query of the page that shows what has changed; undefined if nothing has. */
async function findNews(shown: Shown): Promise<string | undefined> {
  const { base, states, failedAt } = shown;
  const response = await fetch(`${base}/status`, { cache: 'no-store' });
  if (response.status === 401) return '';
  if (!response.ok) return undefined;
  const { requirements, connectedAt, failedAt: failed }: Status = await response.json();
  const changed = Object.keys({ ...states, ...requirements }).find(
    (id) => states[id] !== requirements[id] || shown.connectedAt[id] !== connectedAt[id],
  );
  if (changed !== undefined) {
    return requirements[changed] === 'completed' ? `?status=success&requirement=${changed}` : '';
  }
  return failed !== undefined && failed !== failedAt ? '' : undefined;
}

function showThatWaitIsOver(): void {
  for (const element of document.querySelectorAll<HTMLElement>('[data-over]')) {
    element.textContent = element.dataset.over ?? '';
  }
}

/**
 * Makes the form open its consent in a window of its own. It returns false if the browser opens no window.
 * The window's name is the session's path, so that a second click uses the same window.
 */
export function sendToOwnWindow(form: HTMLFormElement, name: string): boolean {
  const own = window.open('', name, 'popup,width=560,height=720');
  form.target = own === null ? '' : name;
  markAsOwn(form, own !== null);
  if (own === null) return false;
  own.focus();
  const hint = form.querySelector<HTMLElement>('[role=status]');
  if (hint !== null) {
    hint.textContent = form.dataset.ownWindow ?? '';
    hint.dataset.over = hint.dataset.late ?? '';
  }
  return true;
}

/** Tells the server whether the response to the form is shown in a window of its own. */
function markAsOwn(form: HTMLFormElement, isOwn: boolean): void {
  const present = form.elements.namedItem('own');
  const mark =
    present instanceof HTMLInputElement
      ? present
      : form.appendChild(document.createElement('input'));
  mark.type = 'hidden';
  mark.name = 'own';
  mark.value = isOwn ? '1' : '';
}
