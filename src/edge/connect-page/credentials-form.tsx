import type { ConnectionType } from '../../core/catalog/catalog.ts';
import type { Field, FieldKind } from '../../core/catalog/fields.ts';
import { type CatalogText, translate, wordComplaint } from './catalog-words.ts';
import { inputName, type Typed } from './form-config.ts';
import { Control } from './form-control.tsx';
import type { Language } from './language.ts';
import type { NoticeIssue } from './notice.service.ts';
import type { PageProps } from './visit.ts';
import type { Words } from './words/words.en.ts';

/** A form that was refused: the typed text, and its problems. */
export type Refused = { requirementId: string; typed: Typed; issues: readonly NoticeIssue[] };

type CredentialsFormProps = PageProps & {
  requirementId: string;
  type: ConnectionType;
  /** The form that was refused last, on this card or another. */
  refused?: Refused | undefined;
};

/** The form for the fields of a connection type. */
export function CredentialsForm(props: CredentialsFormProps) {
  const { requirementId, type, words, language, csrf, base } = props;
  const refused = props.refused?.requirementId === requirementId ? props.refused : undefined;
  const issues = firstIssues(type, refused?.issues ?? []);
  const asked = type.fields.filter(({ const: fixed }) => fixed === undefined);
  const usual = asked.filter((field) => isUsual(type, field));
  const more = asked.filter((field) => !usual.includes(field));
  const firstWrong = [...usual, ...more].find(({ name }) => issues.has(name));
  const draw = (field: Field) => {
    const issue = issues.get(field.name);
    return (
      <FormField
        field={field}
        form={requirementId}
        typed={refused ? (refused.typed[field.name] ?? '') : undefined}
        complaint={issue && wordComplaint(issue, field, type, language)}
        focus={field === firstWrong}
        words={words}
        language={language}
      />
    );
  };
  const isWrongBelow = more.some(({ name }) => issues.has(name));
  return (
    <form
      method="post"
      action={`${base}/requirements/${requirementId}/credentials`}
      novalidate
      data-stays
      data-unavailable={words.failures.unavailable.title}
    >
      {refused && (
        <p class="alert bad" role="alert">
          {words.fixErrors}
        </p>
      )}
      <input type="hidden" name="csrf" value={csrf} />
      {usual.map(draw)}
      {more.length > 0 && (
        <details class="more" open={isWrongBelow || usual.length === 0}>
          <summary>{words.advanced}</summary>
          {more.map(draw)}
        </details>
      )}
      <button class="main" type="submit">
        {words.save}
      </button>
    </form>
  );
}

/** Whether a field is always shown. The form hides fields that few people need under "Advanced". */
function isUsual({ rules }: ConnectionType, { name, required, kind, secret }: Field): boolean {
  if (required) return true;
  const isRuled = rules.some((rule) => {
    if (rule.kind === 'together') return rule.fields.includes(name);
    if (rule.kind === 'one_of') return rule.groups.flat().includes(name);
    return rule.field === name || rule.needs.includes(name);
  });
  return isRuled || (secret && kind === 'string');
}

/** Returns the first issue of each field. */
function firstIssues({ fields }: ConnectionType, issues: readonly NoticeIssue[]) {
  const found = fields.flatMap(({ name }): [string, NoticeIssue][] => {
    const at = `config.${name}`;
    const issue = issues.find(({ path }) => path === at || path.startsWith(`${at}.`));
    return issue === undefined ? [] : [[name, issue]];
  });
  return new Map(found);
}

type FieldProps = {
  field: Field;
  /** The id of the form, so that ids are unique on the page. */
  form: string;
  /** The text that was typed before; never of a secret. */
  typed: string | undefined;
  complaint: string | undefined;
  focus: boolean;
  words: Words;
  language: Language;
};

/** A field with its label, hint and complaint. */
function FormField(props: FieldProps) {
  const { field, form, complaint, words, language } = props;
  const id = `${form}-${field.name}`;
  const hint = hintOf(field, words, language);
  const described = [hint && `${id}-help`, complaint && `${id}-error`].filter(Boolean).join(' ');
  const attributes = {
    id,
    name: inputName(field),
    autofocus: props.focus,
    required: field.required ? true : undefined,
    'aria-invalid': complaint ? 'true' : undefined,
    'aria-describedby': described === '' ? undefined : described,
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
          {complaint}
        </p>
      )}
    </div>
  );
}

function hintOf(
  { description, kind }: Field,
  words: Words,
  language: Language,
): CatalogText | undefined {
  if (description !== undefined) return translate(description, language);
  const byKind: Partial<Record<FieldKind, string>> = {
    'string[]': words.lines,
    object: words.jsonObject,
    datetime: words.moment,
  };
  const text = byKind[kind];
  return text === undefined ? undefined : { text, lang: language };
}

/** A text of the catalog, marked with its language, so that screen readers pronounce it correctly. */
function Say({ told, language }: { told: CatalogText; language: Language }) {
  return <span lang={told.lang === language ? undefined : told.lang}>{told.text}</span>;
}
