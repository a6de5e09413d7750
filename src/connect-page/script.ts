/*
 * What the page does more where scripts run: it shows secrets that are typed, sees by itself when
 * something was done elsewhere, and tells whoever opened it in a popup or a frame, at the origins that
 * the app names, how far it is. A popup sends consents into a window of their own: a provider that cuts
 * its openers off (Cross-Origin-Opener-Policy) cannot cut the popup off then.
 */
export const script = `'use strict';
const channel = 'patchbay:connect';
for (const box of document.querySelectorAll('[data-show]')) {
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
  input.form.addEventListener('submit', () => { input.type = 'password'; });
  draw();
  box.append(button);
}
const door = document.querySelector('[data-door]');
if (door) {
  // The token leaves the address bar and the history.
  door.addEventListener('submit', () => history.replaceState(null, '', door.action));
  if (door.dataset.door === 'press') door.requestSubmit();
}
const live = document.querySelector('[data-origins]');
if (live) attend(live.dataset);
if (document.querySelector('[data-close]')) {
  new BroadcastChannel(channel).postMessage('done');
  window.close();
}
function attend({ origins, status, base, states, waits }) {
  const isFramed = window.parent !== window;
  const opener = isFramed || !origins ? null : window.opener;
  const told = isFramed ? window.parent : opener;
  for (const origin of origins.split(' ')) if (told && origin) told.postMessage({ type: channel, status }, origin);
  if (opener && status === 'completed') window.close();
  const wait = waiter(base, JSON.parse(states));
  if (waits) wait();
  if (opener) for (const form of document.querySelectorAll('[data-own-window]')) openApart(form, base, wait);
}
function openApart(form, name, wait) {
  form.addEventListener('submit', () => {
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
  });
}
function waiter(base, shown) {
  let end = 0;
  let timer;
  let isLooking = false;
  const stop = () => { clearInterval(timer); timer = undefined; };
  const go = (query) => { stop(); location.replace(base + query); };
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
      const { requirements: now } = await answer.json();
      const changed = Object.keys({ ...shown, ...now }).find((id) => shown[id] !== now[id]);
      if (changed) go(now[changed] === 'completed' ? '?status=success&requirement=' + changed : '');
    } catch {
    } finally { isLooking = false; }
  };
  const lookWhenSeen = () => { if (!document.hidden) look(); };
  document.addEventListener('visibilitychange', lookWhenSeen);
  new BroadcastChannel(channel).onmessage = look;
  return () => {
    end = Date.now() + 600000;
    timer = timer || setInterval(lookWhenSeen, 2500);
  };
}
`;
