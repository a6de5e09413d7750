/* The part of the script that reads and changes forms. */

/** Whether the page is in a frame. */
export const isFramed = window.parent !== window;

/** Returns the fields of a form, and tells the server whether the page is in a frame. */
export function readFields(form: HTMLFormElement): URLSearchParams {
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (typeof value === 'string') fields.append(name, value);
  }
  if (isFramed) fields.set('framed', '1');
  return fields;
}

/** Returns the other forms on the page in which somebody has typed. */
export function formsTypedBeside(form?: Element): HTMLFormElement[] {
  const forms = document.querySelectorAll<HTMLFormElement>('form[data-stays]');
  return [...forms].filter((one) => one !== form && hasTyped(one));
}

/** Compares each field with the value that the server sent. A secret has none, so any text counts. */
function hasTyped(form: HTMLFormElement): boolean {
  return [...form.elements].some((element) => {
    if (element instanceof HTMLSelectElement) return hasChosen(element);
    if (element instanceof HTMLTextAreaElement) return element.value !== element.defaultValue;
    if (!(element instanceof HTMLInputElement)) return false;
    if (element.type === 'checkbox') return element.checked !== element.defaultChecked;
    return element.value !== element.defaultValue;
  });
}

/** Whether another option is selected. Without a preset, browsers select the first option. */
function hasChosen(select: HTMLSelectElement): boolean {
  const preset = [...select.options].findIndex((option) => option.defaultSelected);
  return select.selectedIndex !== Math.max(0, preset);
}

/**
 * Adds a button that shows and hides a typed secret. Sending the form hides the secret again, so that the
 * browser does not remember it as ordinary text.
 */
export function addShowButton(box: HTMLElement): void {
  const input = box.querySelector('input');
  if (input === null || box.querySelector('button') !== null) return;
  const button = document.createElement('button');
  button.type = 'button';
  const label = () => {
    const isHidden = input.type === 'password';
    button.textContent = (isHidden ? box.dataset.show : box.dataset.hide) ?? '';
    button.setAttribute('aria-pressed', String(!isHidden));
    button.setAttribute('aria-controls', input.id);
  };
  button.onclick = () => {
    input.type = input.type === 'password' ? 'text' : 'password';
    label();
  };
  input.form?.addEventListener('submit', () => {
    input.type = 'password';
    label();
  });
  label();
  box.append(button);
}

/** Shows a problem above the form, link or button that caused it. */
export function showAlert(from: HTMLElement, text: string): void {
  const place = from.closest('form, details > div, section, .alert');
  if (place === null) return;
  const alert = place.querySelector('[role=alert]') ?? document.createElement('p');
  alert.className = 'alert bad';
  alert.setAttribute('role', 'alert');
  alert.textContent = text;
  place.prepend(alert);
}
