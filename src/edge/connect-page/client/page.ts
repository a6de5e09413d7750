import { fillFieldsOnPaste } from './fill-fields.ts';
import { addShowButton, formsTypedBeside, isFramed, readFields, showAlert } from './forms.ts';
import { addRowButtons } from './rows.ts';
import { searchAtOnce } from './search.ts';
import { channelName, makeWaiter, sendToOwnWindow, type Waiter } from './waiting.ts';

/*
 * The connect page works without this script. The script shows typed secrets on request, sends forms
 * without leaving the page, so that text typed in other cards stays, notices what happens in other
 * windows, and tells the status to the page's opener or to the parent of its frame, at the origins that
 * the app allows. In a popup it opens each consent in a window of its own, because a provider can cut the
 * popup off from its opener (Cross-Origin-Opener-Policy).
 *
 * It never stores typed text and never writes it as HTML: it moves the cards that hold it, and keeps them
 * aside while a page without them is shown.
 */

/** The cards with typed text that are not on the shown page, by their ids. */
const keptCards = new Map<string, Element>();

/** Watches for changes in other windows while the shown page exists. */
let waiter: Waiter | undefined;

const link = document.querySelector<HTMLFormElement>('form[data-link]');
if (link !== null) {
  link.onsubmit = (event) => {
    event.preventDefault();
    exchangeLink(link);
  };
  if (link.dataset.link === 'press') exchangeLink(link);
}
enhance();
if (document.querySelector('[data-close]') !== null) {
  new BroadcastChannel(channelName).postMessage('done');
  window.close();
}

/**
 * Sends the token of a link. The page replaces the link in the history, so that the address no longer
 * holds the token and "back" skips the link.
 */
async function exchangeLink(form: HTMLFormElement): Promise<void> {
  if (form.dataset.busy !== undefined) return;
  form.dataset.busy = 'yes';
  try {
    const response = await fetch(form.action, { method: 'POST', body: readFields(form) });
    if (response.redirected) {
      location.replace(response.url);
      return; // the form stays busy until the browser has left the page
    }
    const page = await parsePage(response);
    document.title = page.title;
    replaceMain(mainOf(page));
  } catch {
    // The network failed, or a proxy returned a page of its own. The form is still there to try again.
    showAlert(form, form.dataset.unavailable ?? '');
  }
  delete form.dataset.busy;
}

async function parsePage(response: Response): Promise<Document> {
  return new DOMParser().parseFromString(await response.text(), 'text/html');
}

function mainOf(page: Document): HTMLElement {
  const main = page.querySelector('main');
  if (main === null) throw new TypeError('The response is not one of our pages.');
  return main;
}

/** Shows another page's content, and moves the focus to `wanted` or to its heading. */
function replaceMain(main: HTMLElement, wanted?: HTMLElement): void {
  mainOf(document).replaceWith(main);
  const heading = main.querySelector('h1');
  if (wanted === undefined && heading !== null) heading.tabIndex = -1;
  (wanted ?? heading)?.focus();
}

/** Adds the functions that need a script to the shown page. */
function enhance(): void {
  for (const box of document.querySelectorAll<HTMLElement>('[data-show]')) addShowButton(box);
  for (const form of document.querySelectorAll<HTMLFormElement>('form[data-stays]')) {
    form.onsubmit = (event) => {
      event.preventDefault();
      send(form, form.action, { method: 'POST', body: readFields(form) });
    };
  }
  for (const anchor of document.querySelectorAll<HTMLAnchorElement>('a[data-unavailable]')) {
    anchor.onclick = (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || !hasTypedText()) return;
      event.preventDefault();
      send(anchor, anchor.href);
    };
  }
  for (const box of document.querySelectorAll<HTMLElement>('[data-paste]')) fillFieldsOnPaste(box);
  for (const rows of document.querySelectorAll<HTMLElement>('[data-add]')) addRowButtons(rows);
  const search = document.querySelector<HTMLFormElement>('form[data-search]');
  if (search !== null) searchAtOnce(search);
  const live = document.querySelector<HTMLElement>('[data-origins]');
  if (live !== null) followStatus(live.dataset);
}

function hasTypedText(): boolean {
  return formsTypedBeside().length > 0 || keptCards.size > 0;
}

/** Follows a link or sends a form without leaving the page. */
async function send(from: HTMLElement, address: string, request?: RequestInit): Promise<void> {
  if (from.dataset.busy !== undefined) return;
  from.dataset.busy = 'yes';
  const stopTelling = tellBusy(from);
  try {
    await show(await fetch(address, request), from);
  } catch {
    showAlert(from, from.dataset.unavailable ?? '');
  }
  stopTelling();
  delete from.dataset.busy;
}

/** Says on the button of a form that the server checks it. Returns a function that ends that. */
function tellBusy(from: HTMLElement): () => void {
  const button = from.querySelector<HTMLButtonElement>('button[type=submit]');
  const text = button?.textContent ?? '';
  const isChecked = button !== null && from.dataset.checking !== undefined;
  // A moment later, so that a quick response does not make the button flicker.
  const timer = window.setTimeout(() => {
    if (isChecked) button.textContent = from.dataset.checking ?? '';
  }, 400);
  return () => {
    clearTimeout(timer);
    if (isChecked) button.textContent = text;
  };
}

/** Shows the page in a response, except for the cards in which somebody has typed. */
async function show(response: Response, from?: HTMLElement): Promise<void> {
  const page = await parsePage(response);
  const main = mainOf(page);
  const isFailure = !response.ok && response.status !== 401;
  if (isFailure && page.querySelector('[data-origins]') === null) {
    const texts = [...main.querySelectorAll('h1, p')].map((one) => one.textContent);
    if (from !== undefined) showAlert(from, texts.join('. '));
    return;
  }
  if (response.status === 401) keptCards.clear(); // the session has ended, and the text with it
  const active = document.activeElement;
  const wanted = main.querySelector<HTMLElement>('[autofocus]');
  keepTypedCards(page, from);
  waiter?.end();
  waiter = undefined;
  document.title = page.title;
  const isForm = from instanceof HTMLFormElement;
  if (response.redirected || !isForm) history.replaceState(null, '', response.url);
  const kept = from === undefined && active instanceof HTMLElement && main.contains(active);
  if (kept) replaceMain(main, active);
  else replaceMain(main, wanted !== null && main.contains(wanted) ? wanted : undefined);
  enhance();
}

/** Moves the cards in which somebody has typed into the next page, or keeps them aside. */
function keepTypedCards(page: Document, from: HTMLElement | undefined): void {
  for (const form of formsTypedBeside(from)) {
    const card = form.closest('details.card');
    if (card !== null) keptCards.set(card.id, card);
  }
  for (const [id, card] of keptCards) {
    const drawn = page.getElementById(id);
    if (drawn === null) continue;
    keptCards.delete(id);
    if (drawn.querySelector('form[data-stays]') !== null) drawn.replaceWith(card);
  }
}

/** Tells the status to the app's page, and waits for what happens in other windows. */
function followStatus({ origins = '', status, base = '', ...data }: DOMStringMap): void {
  const opener: Window | null = isFramed || origins === '' ? null : window.opener;
  const told = isFramed ? window.parent : opener;
  for (const origin of origins.split(' ')) {
    if (origin !== '') told?.postMessage({ type: channelName, status }, origin);
  }
  if (opener !== null && status === 'completed') window.close();
  const states: Record<string, string> = JSON.parse(data.states ?? '{}');
  const connectedAt: Record<string, string> = JSON.parse(data.connectedAt ?? '{}');
  const waiting = makeWaiter({
    base,
    states,
    connectedAt,
    failedAt: data.failedAt,
    goTo: (query) => goTo(base + query),
  });
  waiter = waiting;
  if (data.waits !== undefined) waiting.start();
  for (const form of document.querySelectorAll<HTMLFormElement>('form[data-own-window]')) {
    form.onsubmit = (event) => submitConsent(event, form, base, opener !== null);
  }
}

/** Goes to another page. While text is typed, it fetches the page, because leaving would lose the text. */
async function goTo(address: string): Promise<void> {
  if (hasTypedText()) return show(await fetch(address, { cache: 'no-store' }));
  waiter?.end();
  location.replace(address);
}

/**
 * Starts a consent. Leaving the page would lose text that is typed in other cards, so then the consent
 * gets a window of its own; if the browser opens none, the first click only warns.
 */
function submitConsent(event: Event, form: HTMLFormElement, base: string, isPopup: boolean): void {
  const losesText = formsTypedBeside(form).length > 0;
  if (isFramed) {
    if (!losesText) return;
    event.preventDefault();
    send(form, form.action, { method: 'POST', body: readFields(form) });
    return;
  }
  if (!isPopup && !losesText) return;
  if (sendToOwnWindow(form, base)) {
    waiter?.start();
    return;
  }
  if (!losesText || form.dataset.warned !== undefined) return;
  event.preventDefault();
  form.dataset.warned = 'yes';
  const hint = form.querySelector('[role=status]');
  if (hint !== null) hint.textContent = form.dataset.blocked ?? '';
}
