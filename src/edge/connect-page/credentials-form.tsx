import { z } from 'zod';
import type { ConnectionType } from '../../core/catalog/catalog.ts';
import type { Field, FieldKind } from '../../core/catalog/fields.ts';
import { type CatalogText, translate, wordComplaint } from './catalog-words.ts';
import type { ControlAttributes } from './control-attributes.ts';
import { findPasteField, inputName, pasteName, type Typed } from './form-config.ts';
import { Control } from './form-control.tsx';
import { isRows } from './form-rows.tsx';
import type { Language } from './language.ts';
import { readLinkAddress } from './linked-text.tsx';
import type { NoticeIssue } from './notice.service.ts';
import { PasteBox } from './paste-box.tsx';
import type { PageProps } from './visit.ts';
import type { Words } from './words/words.en.ts';

/** A form that was refused: the typed text, and its problems. */
export type Refused = { requirementId: string; typed: Typed; issues: readonly NoticeIssue[] };

type CredentialsFormProps = PageProps & {
  requirementId: string;
  type: ConnectionType;
  /** The fields that the form asks for. */
  asked: readonly Field[];
  /** The form that was refused last, on this card or another. */
  refused?: Refused | undefined;
};

/** The form for the fields of a connection type. */
export function CredentialsForm(props: CredentialsFormProps) {
  const { requirementId, type, asked, words, language, csrf, base } = props;
  const refused = props.refused?.requirementId === requirementId ? props.refused : undefined;
  const issues = firstIssues(type, refused?.issues ?? []);
  const paste = findPasteField(asked);
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
        complaint={issue && wordComplaint(askable(issue, field, asked), field, type, language)}
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
      data-checking={words.checking}
    >
      {refused && (
        <p class="alert bad" role="alert">
          {words.fixErrors}
        </p>
      )}
      <input type="hidden" name="csrf" value={csrf} />
      <KeyLink type={type} words={words} language={language} />
      {paste && (
        <PasteBox
          id={`${requirementId}-paste`}
          name={pasteName}
          kind={paste.paste}
          fields={asked}
          words={words}
        />
      )}
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

type KeyLinkProps = { type: ConnectionType; words: Words; language: Language };

/** Leads to the page of the service where a person finds or makes the key. */
function KeyLink({ type, words, language }: KeyLinkProps) {
  const url = readLinkAddress(type.keyUrl ?? '');
  if (url === undefined) return null;
  return (
    <p class="hint">
      <a href={url.href} target="_blank" rel="noopener noreferrer">
        {words.whereToFind(translate(type.label, language).text)}
      </a>{' '}
      {words.newTab}
    </p>
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

/**
 * Words an issue by what the form shows. Rows that are no object have a row without a name, or two with the
 * same: see toTexts. A field that the form does not ask for is no way out.
 */
function askable(issue: NoticeIssue, field: Field, asked: readonly Field[]): NoticeIssue {
  const isAsked = (name: unknown) => asked.some((one) => one.name === name);
  const { code, params } = issue;
  if (code === 'not_object' && isRows(field)) return { path: issue.path, code: rowsWrong, params };
  if (code === 'blank_while' && !isAsked(params.field)) return { ...issue, code: 'blank' };
  if (code !== 'blank_without') return issue;
  const groups = z.array(z.array(z.string())).parse(params.groups);
  const open = groups.filter((group) => group.every(isAsked));
  return open.length === 0 ? { ...issue, code: 'blank' } : { ...issue, params: { groups: open } };
}

const rowsWrong = 'not_object_of_text';

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
  const attributes: ControlAttributes = {
    id,
    name: inputName(field),
    autofocus: props.focus,
    required: field.required ? true : undefined,
    'aria-invalid': complaint ? 'true' : undefined,
    'aria-describedby': described === '' ? undefined : described,
  };
  const label = (
    <label for={id} id={isRows(field) ? `${id}-label` : undefined}>
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

function hintOf(field: Field, words: Words, language: Language): CatalogText | undefined {
  const { description, kind } = field;
  if (description !== undefined) return translate(description, language);
  if (isRows(field)) return { text: words.rows, lang: language };
  const byKind: Partial<Record<FieldKind, string>> = {
    'string[]': words.lines,
    object: words.jsonObject,
    datetime: words.moment,
  };
  const text = byKind[kind];
  return text === undefined ? undefined : { text, lang: language };
}

/** A text of the catalog, marked with its language, so that screen readers pronounce it correctly. */
export function Say({ told, language }: { told: CatalogText; language: Language }) {
  return <span lang={told.lang === language ? undefined : told.lang}>{told.text}</span>;
}
