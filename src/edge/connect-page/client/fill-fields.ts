import { readPaste } from '../paste.ts';

/* The part of the script that fills the fields of a form from one pasted text or chosen file. */

/** Maximum size of a file that is read, in bytes. */
const longestFile = 100_000;

/** Fills the fields as soon as a text is pasted or a file is chosen, and empties the input. */
export function fillFieldsOnPaste(box: HTMLElement): void {
  const input = box.querySelector<HTMLInputElement | HTMLTextAreaElement>('[name=paste]');
  const form = input?.form ?? null;
  if (input === null || form === null || box.dataset.ready !== undefined) return;
  box.dataset.ready = 'yes';
  input.addEventListener('input', () => {
    if (input.value.trim() === '') return;
    const isFilled = fillFields(form, box, input.value);
    if (isFilled) input.value = '';
  });
  if (box.dataset.choose !== undefined) addFileButton(form, box, box.dataset.choose);
}

function fillFields(form: HTMLFormElement, box: HTMLElement, text: string): boolean {
  const inputs: Record<string, string> = JSON.parse(box.dataset.inputs ?? '{}');
  const kind = box.dataset.paste === 'json_file' ? 'json_file' : 'url';
  const found = readPaste(kind, text, Object.keys(inputs));
  for (const [name, value] of found) setValue(form, inputs[name] ?? '', value);
  const hint = box.querySelector('[role=status]');
  const isFilled = found.size > 0;
  if (hint !== null) hint.textContent = (isFilled ? box.dataset.done : box.dataset.useless) ?? '';
  return isFilled;
}

function setValue(form: HTMLFormElement, name: string, value: string): void {
  const field = form.elements.namedItem(name);
  if (field instanceof HTMLInputElement && field.type === 'checkbox') {
    field.checked = value === 'true';
  } else if (
    field instanceof HTMLInputElement ||
    field instanceof HTMLTextAreaElement ||
    field instanceof HTMLSelectElement
  ) {
    field.value = value;
  }
}

/** Adds a button that opens a file. The file is read in the browser and never sent as a whole. */
function addFileButton(form: HTMLFormElement, box: HTMLElement, label: string): void {
  const chooser = document.createElement('input');
  chooser.type = 'file';
  chooser.accept = '.json,application/json';
  chooser.hidden = true;
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = label;
  button.onclick = () => chooser.click();
  chooser.onchange = async () => {
    const [file] = chooser.files ?? [];
    if (file === undefined) return;
    const text = file.size > longestFile ? '' : await file.text();
    fillFields(form, box, text);
    chooser.value = '';
  };
  box.querySelector('[role=status]')?.before(button, chooser);
}
