/*
 * What the script adds to the page: it shows typed secrets, sends forms without leaving, so that what is
 * typed in other cards stays, notices what happened elsewhere, and tells its opener or its frame's parent
 * the status, at the origins that the app allows. In a popup it opens each consent in a window of its own,
 * because a provider can cut the popup off from its opener (Cross-Origin-Opener-Policy). It never stores
 * typed text or writes it as HTML: it moves the cards that hold it, and keeps them aside while a page
 * without them is shown.
 */
export const script = `'use strict';
const channel = 'patchbay:connect';
const isFramed = window.parent !== window;
const kept = new Map();
let leave = () => {};
const link = document.querySelector('[data-link]');
if (link) {
  link.onsubmit = (event) => {
    event.preventDefault();
    enter(link);
  };
  if (link.dataset.link === 'press') enter(link);
}
begin();
if (document.querySelector('[data-close]')) {
  new BroadcastChannel(channel).postMessage('done');
  window.close();
}
// The page replaces its link in the history: the token leaves it, and "back" skips the link.
async function enter(link) {
  if (link.dataset.busy) return;
  link.dataset.busy = 'yes';
  try {
    const answer = await fetch(link.action, { method: 'POST', body: read(link) });
    if (answer.redirected) return location.replace(answer.url);
    const page = await parse(answer);
    document.title = page.title;
    replaceMain(page.querySelector('main'));
  } catch { complain(link, link.dataset.unavailable); }
  delete link.dataset.busy;
}
function read(form) {
  const body = new URLSearchParams(new FormData(form));
  if (isFramed) body.set('framed', '1');
  return body;
}
async function parse(answer) {
  return new DOMParser().parseFromString(await answer.text(), 'text/html');
}
function replaceMain(main, wanted) {
  document.querySelector('main').replaceWith(main);
  const heading = main.querySelector('h1');
  if (!wanted) heading.tabIndex = -1;
  (wanted || heading).focus();
}
function begin() {
  for (const box of document.querySelectorAll('[data-show]')) unveil(box);
  for (const form of document.querySelectorAll('form[data-stays]')) form.onsubmit = (event) => {
    event.preventDefault();
    send(form, form.action, { method: 'POST', body: read(form) });
  };
  for (const link of document.querySelectorAll('a[data-unavailable]')) link.onclick = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || !isTyped()) return;
    event.preventDefault();
    send(link, link.href);
  };
  const live = document.querySelector('[data-origins]');
  if (live) attend(live.dataset);
}
function unveil(box) {
  if (box.querySelector('button')) return;
  const input = box.querySelector('input');
  const button = document.createElement('button');
  button.type = 'button';
  const draw = () => {
    const hidden = input.type === 'password';
    button.textContent = hidden ? box.dataset.show : box.dataset.hide;
    button.setAttribute('aria-pressed', String(!hidden));
    button.setAttribute('aria-controls', input.id);
  };
  button.onclick = () => { input.type = input.type === 'password' ? 'text' : 'password'; draw(); };
  input.form.addEventListener('submit', () => { input.type = 'password'; draw(); });
  draw();
  box.append(button);
}
function hasTyped(form) {
  return [...form.elements].some((one) => {
    if (one.type === 'checkbox') return one.checked !== one.defaultChecked;
    if (!one.options) return 'defaultValue' in one && one.value !== one.defaultValue;
    const usual = [...one.options].findIndex((option) => option.defaultSelected);
    return one.selectedIndex !== Math.max(0, usual);
  });
}
const othersTyped = (form) =>
  [...document.querySelectorAll('[data-stays]')].filter((one) => one !== form && hasTyped(one));
const isTyped = () => othersTyped().length > 0 || kept.size > 0;
async function send(from, address, request) {
  if (from.dataset.busy) return;
  from.dataset.busy = 'yes';
  try {
    await show(await fetch(address, request), from);
  } catch { complain(from, from.dataset.unavailable); }
  delete from.dataset.busy;
}
function complain(from, text) {
  const place = from.closest('form, details > div, section, .alert');
  const alert = place.querySelector('[role=alert]') || document.createElement('p');
  alert.className = 'alert bad';
  alert.setAttribute('role', 'alert');
  alert.textContent = text;
  place.prepend(alert);
}
// Draws the page that a response holds, except the cards where other text is being typed.
async function show(answer, from) {
  const page = await parse(answer);
  const main = page.querySelector('main');
  if (!answer.ok && answer.status !== 401 && !page.querySelector('[data-origins]')) {
    const texts = [...main.querySelectorAll('h1, p')].map((one) => one.textContent);
    return from && complain(from, texts.join('. '));
  }
  if (answer.status === 401) kept.clear();
  const active = document.activeElement;
  const wanted = main.querySelector('[autofocus]');
  for (const one of othersTyped(from)) {
    const card = one.closest('details');
    kept.set(card.id, card);
  }
  for (const [id, card] of kept) {
    const drawn = page.getElementById(id);
    if (drawn) kept.delete(id);
    if (drawn && drawn.querySelector('form[data-stays]')) drawn.replaceWith(card);
  }
  leave();
  document.title = page.title;
  if (answer.redirected || !from || !from.action) history.replaceState(null, '', answer.url);
  const isLeft = !from && main.contains(active);
  replaceMain(main, isLeft ? active : main.contains(wanted) && wanted);
  begin();
}
function attend({ origins, status, base, states, waits, failedAt }) {
  const opener = isFramed || !origins ? null : window.opener;
  const told = isFramed ? window.parent : opener;
  for (const origin of origins.split(' ')) if (told && origin) told.postMessage({ type: channel, status }, origin);
  if (opener && status === 'completed') window.close();
  const wait = waiter(base, JSON.parse(states), failedAt);
  if (waits) wait();
  for (const form of document.querySelectorAll('[data-own-window]')) form.onsubmit = (event) => {
    const isLost = othersTyped(form).length > 0;
    if (isFramed && isLost) {
      event.preventDefault();
      send(form, form.action, { method: 'POST', body: read(form) });
    }
    if (isFramed || !opener && !isLost || openApart(form, base, wait)) return;
    if (!isLost || form.dataset.warned) return;
    event.preventDefault();
    form.dataset.warned = 'yes';
    form.querySelector('[role=status]').textContent = form.dataset.blocked;
  };
}
function openApart(form, name, wait) {
  const own = window.open('', name, 'popup,width=560,height=720');
  form.target = own ? name : '';
  const mark = form.elements.own || form.appendChild(document.createElement('input'));
  Object.assign(mark, { type: 'hidden', name: 'own', value: own ? '1' : '' });
  if (!own) return false;
  own.focus();
  const hint = form.querySelector('[role=status]');
  hint.textContent = form.dataset.ownWindow;
  hint.dataset.over = hint.dataset.late;
  wait();
  return true;
}
function waiter(base, shown, failedAt) {
  let end = 0;
  let timer;
  let isLooking = false;
  const stop = () => { clearInterval(timer); timer = undefined; };
  const go = async (query) => {
    if (isTyped()) return show(await fetch(base + query, { cache: 'no-store' }));
    stop();
    location.replace(base + query);
  };
  const look = async () => {
    if (!timer || isLooking) return;
    if (Date.now() > end) {
      stop();
      for (const one of document.querySelectorAll('[data-over]')) one.textContent = one.dataset.over;
      return;
    }
    isLooking = true;
    try {
      const answer = await fetch(base + '/status', { cache: 'no-store' });
      if (answer.status === 401) return await go('');
      if (!answer.ok) return;
      const { requirements: now, failedAt: failed } = await answer.json();
      const changed = Object.keys({ ...shown, ...now }).find((id) => shown[id] !== now[id]);
      if (changed) await go(now[changed] === 'completed' ? '?status=success&requirement=' + changed : '');
      else if (failed && failed !== failedAt) await go('');
    } catch {
    } finally { isLooking = false; }
  };
  const lookWhenSeen = () => { if (!document.hidden) look(); };
  const done = new BroadcastChannel(channel);
  done.onmessage = look;
  document.addEventListener('visibilitychange', lookWhenSeen);
  leave = () => {
    stop();
    done.close();
    document.removeEventListener('visibilitychange', lookWhenSeen);
  };
  return () => {
    end = Date.now() + 600000;
    timer = timer || setInterval(lookWhenSeen, 2500);
  };
}
`;
