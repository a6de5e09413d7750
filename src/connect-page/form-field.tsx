import type { Field } from '../catalog/fields.ts';
import { translate } from './complaints.ts';
import { inputName } from './form-config.ts';
import type { Language } from './language.ts';
import type { Words } from './words.ts';

export type FieldProps = {
  field: Field;
  /** Of the form, so that ids are unique on the page. */
  form: string;
  /** What was typed before; never of a secret. */
  typed: string | undefined;
  complaint: string | undefined;
  focus: boolean;
  words: Words;
  language: Language;
};

/** A field of the catalogue, with all that a person must know of it. */
export function FormField(props: FieldProps) {
  const { field, form, complaint, words, language } = props;
  const id = `${form}-${field.name}`;
  const hint = hintOf(field, words);
  const described = [hint && `${id}-help`, complaint && `${id}-error`].filter(Boolean).join(' ');
  const attributes = {
    ...{ id, name: inputName(field), autofocus: props.focus },
    ...(field.required && { required: true }),
    ...(complaint && { 'aria-invalid': 'true' }),
    ...(described && { 'aria-describedby': described }),
  };
  const label = (
    <label for={id}>
      <Translated text={field.label} language={language} />{' '}
      {field.kind !== 'boolean' && (
        <small>{field.required ? words.required : words.optional}</small>
      )}
    </label>
  );
  return (
    <div class="field">
      {field.kind === 'boolean' ? (
        <div class="check">
          <Control {...props} attributes={attributes} />
          {label}
        </div>
      ) : (
        <>
          {label}
          <Control {...props} attributes={attributes} />
        </>
      )}
      {hint && (
        <p class="help" id={`${id}-help`}>
          <Translated text={hint} language={language} own={hint !== field.description} />
        </p>
      )}
      {complaint && (
        <p class="error" id={`${id}-error`}>
          <Translated text={field.label} language={language} />{' '}
          <Translated text={complaint} language={language} />.
        </p>
      )}
    </div>
  );
}

function hintOf({ description, kind }: Field, words: Words): string | undefined {
  if (description !== undefined) return description;
  if (kind === 'string[]') return words.lines;
  return kind === 'object' ? words.jsonObject : undefined;
}

type TranslatedProps = { text: string; language: Language; own?: boolean };

/** A text of the catalogue; read out in the language that it is in. */
function Translated({ text, language, own = false }: TranslatedProps) {
  const told = own ? { text, lang: language } : translate(text, language);
  return <span lang={told.lang === language ? undefined : told.lang}>{told.text}</span>;
}

type ControlProps = FieldProps & { attributes: Record<string, unknown> };

function Control({ field, typed, words, attributes }: ControlProps) {
  const { kind, secret } = field;
  const fallback = placeholderOf(field);
  const plain: Record<string, unknown> = {
    ...{ autocomplete: 'off', autocapitalize: 'none', autocorrect: 'off', spellcheck: 'false' },
    placeholder: fallback,
  };
  if (kind === 'boolean') {
    const checked = typed === undefined ? field.default === true : typed === 'true';
    return <input type="checkbox" value="true" checked={checked} {...attributes} />;
  }
  if (kind === 'enum') {
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
  if (kind === 'object' || kind === 'string[]') {
    return (
      <textarea {...plain} {...attributes}>
        {secret ? '' : (typed ?? '')}
      </textarea>
    );
  }
  if (secret) {
    return (
      <div class="secret" data-show={words.show} data-hide={words.hide}>
        <input type="password" {...plain} autocomplete="new-password" {...attributes} />
      </div>
    );
  }
  const type = kind === 'url' ? 'url' : 'text';
  const numeric = ['port', 'integer', 'number'].includes(kind)
    ? ({ inputmode: 'decimal' } as const)
    : {};
  return <input type={type} value={typed ?? ''} {...numeric} {...plain} {...attributes} />;
}

function placeholderOf({ default: fallback, kind }: Field): string | undefined {
  if (kind === 'datetime') return '2030-12-31T23:59:59Z';
  if (typeof fallback === 'string' || typeof fallback === 'number') return String(fallback);
  return Array.isArray(fallback) ? fallback.join('\n') : undefined;
}
