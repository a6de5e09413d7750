import type { Field, FieldKind } from '../../core/catalog/fields.ts';
import { asTyped, type ControlAttributes } from './control-attributes.ts';
import { isRows, Rows } from './form-rows.tsx';
import type { Words } from './words/words.en.ts';

type ControlProps = {
  field: Field;
  /** The text that was typed before; never of a secret. */
  typed: string | undefined;
  words: Words;
  attributes: ControlAttributes;
};

/** The input element of a field. It never shows a secret that was typed before. */
export function Control(props: ControlProps) {
  const { kind, secret, format } = props.field;
  if (kind === 'boolean') return <Checkbox {...props} />;
  if (kind === 'enum') return <Choice {...props} />;
  if (isRows(props.field)) return <Rows {...props} secret={secret} />;
  const hasLines = kind === 'object' || kind === 'string[]' || format === 'private_key';
  if (hasLines) return <Lines {...props} />;
  return secret ? <Secret {...props} /> : <Line {...props} />;
}

/** The on-screen keyboard of each kind of field, for phones. */
const keyboards: Partial<Record<FieldKind, 'numeric' | 'decimal'>> = {
  port: 'numeric',
  integer: 'numeric',
  number: 'decimal',
};

function Checkbox({ field, typed, attributes }: ControlProps) {
  const checked = typed === undefined ? field.default === true : typed === 'true';
  return <input type="checkbox" value="true" checked={checked} {...attributes} />;
}

function Choice({ field, typed, words, attributes }: ControlProps) {
  const fallback = defaultOf(field);
  return (
    <select {...attributes}>
      <option value="">{fallback ? words.defaultChoice(fallback) : words.choose}</option>
      {field.enum?.map((value) => (
        <option value={value} selected={value === typed}>
          {value}
        </option>
      ))}
    </select>
  );
}

function Lines({ field, typed, attributes }: ControlProps) {
  const shown = { placeholder: placeholderOf(field), class: field.secret ? 'masked' : undefined };
  return (
    <textarea {...shown} {...asTyped} {...attributes}>
      {field.secret ? '' : (typed ?? '')}
    </textarea>
  );
}

/** A secret. `new-password` keeps password managers from filling in the person's own password. */
function Secret({ field, words, attributes }: ControlProps) {
  return (
    <div class="secret" data-show={words.show} data-hide={words.hide}>
      <input
        type="password"
        placeholder={field.placeholder}
        {...asTyped}
        autocomplete="new-password"
        {...attributes}
      />
    </div>
  );
}

function Line({ field, typed, attributes }: ControlProps) {
  const type = field.kind === 'url' ? 'url' : 'text';
  const shown = { placeholder: placeholderOf(field), inputmode: keyboards[field.kind] };
  return <input type={type} value={typed ?? ''} {...shown} {...asTyped} {...attributes} />;
}

/** Returns the default, which counts if nothing is typed, or an example. */
function placeholderOf(field: Field): string | undefined {
  return defaultOf(field) ?? field.placeholder;
}

function defaultOf({ default: fallback }: Field): string | undefined {
  if (typeof fallback === 'string' || typeof fallback === 'number') return String(fallback);
  if (Array.isArray(fallback)) return fallback.join('\n') || undefined;
  if (typeof fallback !== 'object' || fallback === null) return undefined;
  return Object.keys(fallback).length === 0 ? undefined : JSON.stringify(fallback);
}
