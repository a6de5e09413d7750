import type { ConnectionType } from '../../core/catalog/connection-type.ts';
import type { FieldIssue } from '../../platform/errors.ts';
import { clip } from './clip.ts';
import { translateComplaint } from './complaints.ts';
import type { Typed } from './form-config.ts';
import { FormField } from './form-field.tsx';
import type { Language } from './language.ts';
import type { PageRequirement } from './load-page.ts';
import { providerName } from './provider-name.ts';
import { shownScopes, type Words } from './words.ts';

/** A form that was refused: what was typed, and what is wrong with it. */
export type Refused = { requirementId: string; typed: Typed; issues: readonly FieldIssue[] };

/** What became of a requirement, said at its card. */
export type CardNotice = { requirementId: string; kind: 'good' | 'bad'; text: string };

export type Drawing = { words: Words; language: Language; csrf: string; base: string };

export type RequirementProps = Drawing & {
  requirement: PageRequirement;
  isOpen: boolean;
  /** Whether nothing is left to do, which is then said above the list. */
  isFinished: boolean;
  notice?: CardNotice | undefined;
  refused?: Refused | undefined;
};

/** One of the things that an app asks for. */
export function RequirementCard(props: RequirementProps) {
  const { requirement, isOpen, isFinished, words } = props;
  const { id, title, description, state } = requirement;
  const condition = conditionOf(requirement);
  const notice = props.notice?.requirementId === id ? props.notice : undefined;
  const isGood = notice?.kind === 'good';
  const noticeId = `${id}-notice`;
  // Where the person comes back to: a screen reader reads the card and what became of it.
  const focus = notice && {
    autofocus: true,
    'aria-describedby': isGood && isFinished ? 'finished' : noticeId,
  };
  return (
    <li>
      {notice && isGood && !isFinished && <Notice {...notice} id={noticeId} />}
      <details class="card" id={id} open={isOpen}>
        <summary {...focus}>
          <h2>
            <bdi>{clip(title, 200)}</bdi>
          </h2>
          <span class={`state ${condition}`}>{words[condition]}</span>
        </summary>
        <div>
          {notice && !isGood && <Notice {...notice} id={noticeId} />}
          {description && (
            <p class="text">
              <bdi>{clip(description, 1_000)}</bdi>
            </p>
          )}
          {condition === 'expired' && <p class="error">{problemOf(requirement, words)}</p>}
          {state.status === 'completed' ? <Linked {...props} /> : <ToDo {...props} />}
        </div>
      </details>
    </li>
  );
}

function Notice({ id, kind, text }: { id: string; kind: 'good' | 'bad'; text: string }) {
  return (
    <p class={`alert ${kind}`} role={kind === 'bad' ? 'alert' : 'status'} id={id}>
      {text}
    </p>
  );
}

type Condition = 'completed' | 'pending' | 'expired';

function conditionOf({ state }: PageRequirement): Condition {
  if (state.status === 'completed') return 'completed';
  return state.connection === null && state.pipedreamAccountId === null ? 'pending' : 'expired';
}

function problemOf({ state }: PageRequirement, words: Words): string {
  const missing = state.connection?.missingScopes ?? [];
  return missing.length > 0 ? words.missingScopes(shownScopes(missing)) : words.expiredHint;
}

function Linked({ requirement, words, base }: RequirementProps) {
  return (
    <div class="actions">
      <a
        class="button"
        href={`${base}/requirements/${requirement.id}/disconnect`}
        data-unavailable={words.failures.unavailable.title}
      >
        {words.disconnect}
      </a>
    </div>
  );
}

function ToDo(props: RequirementProps) {
  const { requirement, words } = props;
  return (
    <>
      {requirement.provider === null && requirement.type ? (
        <CredentialsForm {...props} type={requirement.type} />
      ) : (
        <ConsentForm {...props} />
      )}
      {conditionOf(requirement) === 'expired' && <Linked {...props} words={words} />}
    </>
  );
}

function ConsentForm({ requirement, words, language, csrf, base }: RequirementProps) {
  const { id, type } = requirement;
  const name = providerName(requirement, language);
  return (
    <form
      method="post"
      action={`${base}/requirements/${id}/authorize`}
      data-own-window={words.ownWindow}
      data-blocked={words.windowBlocked}
      data-unavailable={words.failures.unavailable.title}
    >
      <p class="hint">{type === null ? words.viaPipedream : words.viaProvider(name)}</p>
      <input type="hidden" name="csrf" value={csrf} />
      <button class="main" type="submit">
        {words.connectWith(name)}
      </button>
      <p class="help" role="status" data-late={words.waitedEnough} />
    </form>
  );
}

function CredentialsForm({
  requirement,
  type,
  refused,
  words,
  language,
  csrf,
  base,
}: RequirementProps & { type: ConnectionType }) {
  const { id } = requirement;
  const own = refused?.requirementId === id ? refused : undefined;
  const complaints = complaintsOf(type, own?.issues ?? []);
  const asked = type.fields.filter(({ const: fixed }) => fixed === undefined);
  const usual = asked.filter((field) => isUsual(type, field));
  const more = asked.filter((field) => !usual.includes(field));
  const firstWrong = [...usual, ...more].find(({ name }) => complaints.has(name));
  const tell = (field: FieldOf, message?: string) =>
    message === undefined ? undefined : translateComplaint(message, field, type, language);
  const draw = (field: FieldOf) => (
    <FormField
      {...{
        field,
        form: id,
        words,
        language,
        typed: own ? (own.typed[field.name] ?? '') : undefined,
      }}
      complaint={tell(field, complaints.get(field.name))}
      focus={field === firstWrong}
    />
  );
  const isWrongBelow = more.some(({ name }) => complaints.has(name));
  return (
    <form
      method="post"
      action={`${base}/requirements/${id}/credentials`}
      novalidate
      data-stays
      data-unavailable={words.failures.unavailable.title}
    >
      {own && (
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

/** What is not folded away: what must be given, and what a rule over several fields may ask for. */
function isUsual({ rules }: ConnectionType, { name, required, kind, secret }: FieldOf): boolean {
  if (required) return true;
  const isRuled = rules.some((rule) => {
    if (rule.kind === 'together') return rule.fields.includes(name);
    if (rule.kind === 'oneGroup') return rule.groups.flat().includes(name);
    return rule.field === name || rule.needs.includes(name);
  });
  return isRuled || (secret && kind === 'string');
}

type FieldOf = ConnectionType['fields'][number];

/** The first complaint of each field, in the order of the fields. */
function complaintsOf({ fields }: ConnectionType, issues: readonly FieldIssue[]) {
  const found = fields.flatMap(({ name }): [string, string][] => {
    const at = `config.${name}`;
    const issue = issues.find(({ path }) => path === at || path.startsWith(`${at}.`));
    return issue === undefined ? [] : [[name, issue.message]];
  });
  return new Map(found);
}
