/** A control of a form, as the page's HTML has it. */
export type Control = {
  tag: string;
  /** The type of an input. */
  type: string | undefined;
  name: string;
  attributes: Record<string, string>;
  /** The value that a browser shows. */
  value: string;
  /** The options of a select. */
  options: string[];
  label: string;
  help: string | undefined;
  complaint: string | undefined;
};

/** The input of a person: text that is typed or chosen, true or false for a checkbox. */
export type Done = Record<string, string | boolean>;

/** The controls that ask for a requirement's config, in their order. */
export function readForm(html: string, requirementId: string): Control[] {
  const start = html.indexOf(`/requirements/${requirementId}/credentials"`);
  if (start < 0) throw new Error('There is no such form.');
  const form = html.slice(start, html.indexOf('</form>', start));
  const found = form.matchAll(
    /<(input|select|textarea)\b([^>]*)>(?:([^<]*(?:<option.*?)?)<\/\1>)?/gs,
  );
  return [...found]
    .map(([, tag = '', written = '', inner = '']) => readControl(form, tag, written, inner))
    .filter(({ name }) => name.startsWith('config.'));
}

/** Returns the entries that a browser sends of a filled form (HTML, "constructing the entry list"). */
export function fillIn(controls: readonly Control[], done: Done): Record<string, string> {
  const unknown = Object.keys(done).filter((name) => !controls.some((one) => one.name === name));
  if (unknown.length > 0) throw new Error(`The form does not ask for ${unknown.join(', ')}.`);
  const entries = controls.flatMap((control): [string, string][] => {
    const { name, value } = control;
    const wanted = done[name];
    if (control.type === 'checkbox') {
      const isTicked = wanted ?? 'checked' in control.attributes;
      return isTicked ? [[name, value]] : [];
    }
    return [[name, asSent(control, typeof wanted === 'string' ? wanted : value)]];
  });
  return Object.fromEntries(entries);
}

function asSent({ tag, name, options }: Control, text: string): string {
  if (tag === 'textarea') return text.replaceAll(/\r\n|\r|\n/g, '\r\n');
  if (tag === 'input') return text.replaceAll(/[\r\n]/g, '');
  if (!options.includes(text)) throw new Error(`${name} offers no ${text}.`);
  return text;
}

function readControl(form: string, tag: string, written: string, inner: string): Control {
  const attributes = attributesOf(written);
  const { id = '', name = '', type } = attributes;
  const options = [...inner.matchAll(/<option([^>]*)>/g)].map(([, of = '']) => attributesOf(of));
  const chosen = options.find((option) => 'selected' in option) ?? options[0];
  const value = { input: attributes.value, select: chosen?.value }[tag] ?? plain(inner);
  const described = (attributes['aria-describedby'] ?? '').split(' ');
  const saidBy = (suffix: string) =>
    described.includes(`${id}-${suffix}`)
      ? textOf(form, `<p [^>]*id="${id}-${suffix}"`)
      : undefined;
  return {
    tag,
    type: tag === 'input' ? type : undefined,
    name,
    attributes,
    value,
    options: options.map((option) => option.value ?? ''),
    label: textOf(form, `<label for="${id}"`) ?? '',
    help: saidBy('help'),
    complaint: saidBy('error'),
  };
}

function attributesOf(written: string): Record<string, string> {
  const found = written.matchAll(/([\w-]+)(?:="([^"]*)")?/g);
  return Object.fromEntries([...found].map(([, name = '', value = '']) => [name, plain(value)]));
}

/** Returns the text of the one element with this start tag. */
function textOf(html: string, beginning: string): string | undefined {
  const found = [...html.matchAll(new RegExp(`${beginning}[^>]*>(.*?)</(?:p|label)>`, 'gs'))];
  if (found.length > 1) throw new Error(`There are ${found.length} of ${beginning}.`);
  return found[0] && plain((found[0][1] ?? '').replaceAll(/<[^>]*>/g, '')).trim();
}

function plain(html: string): string {
  const characters: Record<string, string> = {
    '&quot;': '"',
    '&#39;': "'",
    '&lt;': '<',
    '&gt;': '>',
    '&amp;': '&',
  };
  return html.replaceAll(/&(?:quot|#39|lt|gt|amp);/g, (found) => characters[found] ?? found);
}
