/*
 * What the page does more where scripts run: it shows secrets that are typed, sends forms without
 * leaving, so that what is typed in other cards stays, sees by itself when something was done elsewhere,
 * and tells its opener or its frame's parent, at the origins that the app names, how far it is. A popup
 * sends consents into a window of their own: a provider that cuts its openers off
 * (Cross-Origin-Opener-Policy) cannot cut the popup off then. Nothing that is typed is stored or written
 * as HTML: the cards that hold it are moved as they are.
 */
export const script = `'use strict';
const channel = 'patchbay:connect';
let leave = () => {};
const door = document.querySelector('[data-door]');
if (door) {
  // The token leaves the address bar and the history.
  door.addEventListener('submit', () => history.replaceState(null, '', door.action));
  if (door.dataset.door === 'press') door.requestSubmit();
}
begin();
if (document.querySelector('[data-close]')) {
  new BroadcastChannel(channel).postMessage('done');
  window.close();
}
function begin() {
  for (const box of document.querySelectorAll('[data-show]')) unveil(box);
  for (const form of document.querySelectorAll('[data-stays]')) form.onsubmit = (event) => {
    event.preventDefault();
    send(form);
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
async function send(form) {
  if (form.dataset.busy) return;
  form.dataset.busy = 'yes';
  try {
    const body = new URLSearchParams(new FormData(form));
    await show(await fetch(form.action, { method: 'POST', body }), form);
  } catch { complain(form, form.dataset.stays); }
  delete form.dataset.busy;
}
function complain(form, text) {
  const alert = form.querySelector('[role=alert]') || document.createElement('p');
  alert.className = 'alert bad';
  alert.setAttribute('role', 'alert');
  alert.textContent = text;
  form.prepend(alert);
}
// Draws the page that came, but for the cards where something else is being typed.
async function show(answer, form) {
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const main = page.querySelector('main');
  if (!page.querySelector('[data-origins]') && answer.status !== 401 && form) {
    return complain(form, main.textContent);
  }
  const active = document.activeElement;
  const typing = othersTyped(form);
  for (const one of typing) {
    const card = one.closest('details');
    const drawn = page.getElementById(card.id);
    if (drawn && drawn.querySelector('[data-stays]')) drawn.replaceWith(card);
  }
  leave();
  document.querySelector('main').replaceWith(main);
  document.title = page.title;
  history.replaceState(null, '', answer.url);
  begin();
  const wanted = main.querySelector('[autofocus]');
  if (!form && main.contains(active)) active.focus();
  else if (wanted) wanted.focus();
}
function attend({ origins, status, base, states, waits, failedAt }) {
  const isFramed = window.parent !== window;
  const opener = isFramed || !origins ? null : window.opener;
  const told = isFramed ? window.parent : opener;
  for (const origin of origins.split(' ')) if (told && origin) told.postMessage({ type: channel, status }, origin);
  if (opener && status === 'completed') window.close();
  const wait = waiter(base, JSON.parse(states), failedAt);
  if (waits) wait();
  for (const form of document.querySelectorAll('[data-own-window]')) {
    form.onsubmit = () => { if (opener || !isFramed && othersTyped(form).length) openApart(form, base, wait); };
  }
}
function openApart(form, name, wait) {
  const own = window.open('', name, 'popup,width=560,height=720');
  if (!own) return;
  own.focus();
  form.target = name;
  const mark = form.elements.own || form.appendChild(document.createElement('input'));
  Object.assign(mark, { type: 'hidden', name: 'own', value: '1' });
  const hint = form.querySelector('[role=status]');
  hint.textContent = form.dataset.ownWindow;
  hint.dataset.over = hint.dataset.late;
  wait();
}
function waiter(base, shown, failedAt) {
  let end = 0;
  let timer;
  let isLooking = false;
  const stop = () => { clearInterval(timer); timer = undefined; };
  const go = async (query) => {
    stop();
    if (!othersTyped().length) return location.replace(base + query);
    await show(await fetch(base + query, { cache: 'no-store' }));
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
      if (answer.status === 401) return go('');
      if (!answer.ok) return;
      const { requirements: now, failedAt: failed } = await answer.json();
      const changed = Object.keys({ ...shown, ...now }).find((id) => shown[id] !== now[id]);
      if (changed) go(now[changed] === 'completed' ? '?status=success&requirement=' + changed : '');
      else if (failed && failed !== failedAt) go('');
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
