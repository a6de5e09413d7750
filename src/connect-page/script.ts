/*
 * What the page does more where scripts run: it shows secrets that are typed, and tells whoever opened
 * it in a popup or a frame, at the origins that the app names, how far it is.
 */
export const script = `'use strict';
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
const teller = document.querySelector('[data-origins]');
if (teller) {
  const message = { type: 'patchbay:connect', status: teller.dataset.status };
  const popup = window.opener;
  const target = popup || (window.parent !== window ? window.parent : null);
  for (const origin of teller.dataset.origins.split(' ')) if (target && origin) target.postMessage(message, origin);
  if (popup && teller.dataset.origins && message.status === 'completed') window.close();
}
`;
