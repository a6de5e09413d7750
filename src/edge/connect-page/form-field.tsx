import type { Field, FieldKind } from '../../core/catalog/fields.ts';
import { type Told, translate } from './complaints.ts';
import { inputName } from './form-config.ts';
import { Control } from './form-control.tsx';
import type { Language } from './language.ts';
import type { Words } from './words.ts';

export type FieldProps = {
  field: Field;
  /** Of the form, so that ids are unique on the page. */
  form: string;
  /** What was typed before; never of a secret. */
  typed: string | undefined;
  complaint: Told | undefined;
  focus: boolean;
  words: Words;
  language: Language;
};

/** A field of the catalogue, with all that a person must know of it. */
export function FormField(props: FieldProps) {
  const { field, form, complaint, words, language } = props;
  const id = `${form}-${field.name}`;
  const hint = hintOf(field, words, language);
  const described = [hint && `${id}-help`, complaint && `${id}-error`].filter(Boolean).join(' ');
  const attributes = {
    ...{ id, name: inputName(field), autofocus: props.focus },
    ...(field.required && { required: true }),
    ...(complaint && { 'aria-invalid': 'true' }),
    ...(described && { 'aria-describedby': described }),
  };
  const label = (
    <label for={id}>
      <Say told={translate(field.label, language)} language={language} />{' '}
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
          <Say told={hint} language={language} />
        </p>
      )}
      {complaint && (
        <p class="error" id={`${id}-error`}>
          <Say told={translate(field.label, language)} language={language} />{' '}
          <Say told={complaint} language={language} />.
        </p>
      )}
    </div>
  );
}

function hintOf({ description, kind }: Field, words: Words, language: Language): Told | undefined {
  if (description !== undefined) return translate(description, language);
  const byKind: Partial<Record<FieldKind, string>> = {
    ...{ 'string[]': words.lines, object: words.jsonObject, datetime: words.moment },
  };
  const text = byKind[kind];
  return text === undefined ? undefined : { text, lang: language };
}

/** A text of the catalogue; read out in the language that it is in. */
function Say({ told, language }: { told: Told; language: Language }) {
  return <span lang={told.lang === language ? undefined : told.lang}>{told.text}</span>;
}
