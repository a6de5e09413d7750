/* The part of the script that adds and removes rows of names and values. */

/** Maximum number of rows, as on the server. */
const mostRows = 100;

/** Removes the spare rows, and adds buttons that add and remove a row. */
export function addRowButtons(rows: HTMLElement): void {
  if (rows.dataset.ready !== undefined) return;
  rows.dataset.ready = 'yes';
  for (const spare of rows.querySelectorAll('[data-spare]')) spare.remove();
  for (const row of rows.querySelectorAll<HTMLElement>('.row')) addRemoveButton(rows, row);
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = rows.dataset.add ?? '';
  button.onclick = () => addRow(rows, button);
  rows.append(button);
}

function addRow(rows: HTMLElement, button: HTMLElement): void {
  const all = rows.querySelectorAll<HTMLElement>('.row');
  const last = all[all.length - 1];
  if (last === undefined || all.length >= mostRows) return;
  const row = last.cloneNode(true) as HTMLElement; // a copy of an element is one
  const number = Number(last.dataset.number ?? all.length - 1) + 1;
  row.dataset.number = String(number);
  for (const input of row.querySelectorAll('input')) {
    input.removeAttribute('id');
    input.removeAttribute('value');
    input.value = '';
    input.name = withNumber(input.name, '.', number);
    input.ariaLabel = withNumber(input.ariaLabel ?? '', ' ', number + 1);
  }
  row.querySelector('button')?.remove();
  button.before(row);
  addRemoveButton(rows, row);
  row.querySelector('input')?.focus();
}

/** Replaces the last number of a text whose parts are separated by that character. */
function withNumber(text: string, separator: string, number: number): string {
  const parts = text.split(separator);
  const last = parts.findLastIndex((part) => part !== '' && !Number.isNaN(Number(part)));
  return parts.map((part, index) => (index === last ? String(number) : part)).join(separator);
}

/** The only row is emptied, because a form without a row could not add one. */
function addRemoveButton(rows: HTMLElement, row: HTMLElement): void {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = rows.dataset.remove ?? '';
  button.onclick = () => {
    const others = [...rows.querySelectorAll<HTMLElement>('.row')].filter((one) => one !== row);
    const next = others[0] ?? row;
    if (others.length > 0) row.remove();
    else for (const input of row.querySelectorAll('input')) input.value = '';
    next.querySelector('input')?.focus();
  };
  row.append(button);
}
