import type { Field } from '../../core/catalog/fields.ts';
import { asTyped, type ControlAttributes } from './control-attributes.ts';
import type { Words } from './words/words.en.ts';

/*
 * A field of names and values, such as headers, as rows of two inputs each. Without script there is a fixed
 * number of empty rows; the script shows one and adds others.
 */

/** Whether a field is asked for as rows. */
export function isRows({ kind, format }: Field): boolean {
  return kind === 'object' && format === 'texts';
}

/** A row that a person filled in. */
type TypedRow = [name: string, value: string];

/** Number of empty rows for a browser without script. */
const spareRows = 4;
/** Maximum number of rows that are read. */
const mostRowInputs = 100;

/** Returns the rows of a field from a form, as one text that a form can show again. */
export function readRowInputs(body: Record<string, unknown>, input: string): string {
  const rows: TypedRow[] = [];
  for (let index = 0; index < mostRowInputs; index += 1) {
    const name = body[`${input}.${index}.name`];
    const value = body[`${input}.${index}.value`];
    if (typeof name !== 'string' && typeof value !== 'string') continue;
    const row: TypedRow = [rowText(name).trim(), rowText(value)];
    if (row.some((text) => text.trim() !== '')) rows.push(row);
  }
  return rows.length === 0 ? '' : JSON.stringify(rows);
}

function rowText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Returns the rows in a text of {@link readRowInputs}; undefined if it is another text. */
export function parseRows(typed: string): TypedRow[] | undefined {
  try {
    const rows: unknown = JSON.parse(typed);
    return Array.isArray(rows) && rows.every(isRow) ? rows : undefined;
  } catch {
    return undefined;
  }
}

function isRow(row: unknown): row is TypedRow {
  return Array.isArray(row) && row.length === 2 && row.every((text) => typeof text === 'string');
}

type RowsProps = {
  typed: string | undefined;
  /** Whether the values are secret. Then no row is shown again. */
  secret: boolean;
  words: Words;
  /** The id and the name of the field, and the attributes that link it to its hints. */
  attributes: ControlAttributes;
};

/** The rows of a field, in a group that its label names. */
export function Rows({ typed, secret, words, attributes }: RowsProps) {
  const { id, name, autofocus } = attributes;
  const filled = (secret ? undefined : parseRows(typed ?? '')) ?? [];
  const rows = [...filled, ...Array.from({ length: spareRows }, (): TypedRow => ['', ''])];
  return (
    <fieldset
      class="rows"
      aria-labelledby={`${id}-label`}
      data-add={words.addRow}
      data-remove={words.removeRow}
    >
      {rows.map(([key, value], index) => (
        <div class="row" data-spare={index > filled.length ? 'yes' : undefined}>
          <input
            type="text"
            id={index === 0 ? id : undefined}
            name={`${name}.${index}.name`}
            value={key}
            placeholder={words.rowName}
            aria-label={`${words.rowName} ${index + 1}`}
            autofocus={index === 0 && autofocus}
            aria-invalid={attributes['aria-invalid']}
            aria-describedby={attributes['aria-describedby']}
            {...asTyped}
          />
          <input
            type={secret ? 'password' : 'text'}
            name={`${name}.${index}.value`}
            value={value}
            aria-describedby={attributes['aria-describedby']}
            placeholder={words.rowValue}
            aria-label={`${words.rowValue} ${index + 1}`}
            {...asTyped}
            autocomplete={secret ? 'new-password' : 'off'}
          />
        </div>
      ))}
    </fieldset>
  );
}
