import { logoPath } from '../../core/catalog/logo.ts';
import { providerName } from './catalog-words.ts';
import { CredentialsForm, type Refused } from './credentials-form.tsx';
import { RequirementAbout } from './requirement-about.tsx';
import type { PageProps, PageRequirement } from './visit.ts';
import { clip, shownScopes } from './words/told.ts';
import type { Words } from './words/words.en.ts';

/** The result of the last action, shown at its card. */
export type CardNotice = { requirementId: string; kind: 'good' | 'bad'; text: string };

type RequirementProps = PageProps & {
  requirement: PageRequirement;
  isOpen: boolean;
  /** Whether the last attempt to connect it failed. */
  isFailed: boolean;
  /** Whether the card stands below the heading of a group. */
  isInGroup: boolean;
  /** Whether nothing is left to do, which the page then says above the list. */
  isFinished: boolean;
  notice?: CardNotice | undefined;
  refused?: Refused | undefined;
};

/** The card of one requirement. */
export function RequirementCard(props: RequirementProps) {
  const { requirement, isOpen, isFinished, isInGroup, words } = props;
  const { id, title, state } = requirement;
  const condition = conditionOf(requirement);
  const notice = props.notice?.requirementId === id ? props.notice : undefined;
  const isGood = notice?.kind === 'good';
  const noticeId = `${id}-notice`;
  // The focus is where the person left off: a screen reader reads the card and its notice.
  const focus = notice && {
    autofocus: true,
    'aria-describedby': isGood && isFinished ? 'finished' : noticeId,
  };
  const Heading = isInGroup ? 'h3' : 'h2';
  return (
    <li data-find={findableText(requirement)}>
      {notice && isGood && !isFinished && <Notice {...notice} id={noticeId} />}
      <details class="card" id={id} open={isOpen}>
        <summary {...focus}>
          <TypeLogo {...requirement} />
          <Heading>
            <bdi lang={title.lang}>{clip(title.text, 200)}</bdi>
          </Heading>
          <span class={`state ${condition}`}>{words[condition]}</span>
        </summary>
        <div>
          {notice && !isGood && <Notice {...notice} id={noticeId} />}
          <RequirementAbout {...props} />
          {condition === 'expired' && <p class="error">{expiredText(requirement, words)}</p>}
          {state.status === 'completed' ? <Connected {...props} /> : <ToDo {...props} />}
        </div>
      </details>
    </li>
  );
}

/** Returns the text by which a search finds a requirement. */
export function findableText({ title, type, provider }: PageRequirement): string {
  return [title.text, type?.label, provider].filter(Boolean).join(' ').toLowerCase();
}

function TypeLogo({ type }: Pick<PageRequirement, 'type'>) {
  return type && <img class="type-logo" src={logoPath(type)} alt="" width="24" height="24" />;
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

function expiredText({ state }: PageRequirement, words: Words): string {
  const missing = state.connection?.missingScopes ?? [];
  return missing.length > 0 ? words.missingScopes(shownScopes(missing)) : words.expiredHint;
}

/** What is connected, and the way to connect something else in its place. */
function Connected(props: RequirementProps) {
  const { requirement, isFailed, words, language } = props;
  const { linkedAt, account, isUnchecked } = requirement;
  const day = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' });
  return (
    <>
      {account !== null && (
        <p>
          <bdi>{words.account(clip(account, 200))}</bdi>
        </p>
      )}
      {isUnchecked && <p class="alert">{words.unchecked(providerName(requirement, language))}</p>}
      {linkedAt && (
        <p class="hint">
          <time datetime={linkedAt.toISOString()}>{words.connectedOn(day.format(linkedAt))}</time>
        </p>
      )}
      <details class="more" open={isFailed}>
        <summary>{words.replace}</summary>
        <p class="hint">{words.replaceHint}</p>
        <Connect {...props} />
      </details>
      <DisconnectLink {...props} />
    </>
  );
}

function DisconnectLink({ requirement, words, base }: RequirementProps) {
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
  return (
    <>
      <Connect {...props} />
      {conditionOf(props.requirement) === 'expired' && <DisconnectLink {...props} />}
    </>
  );
}

/** The form of a requirement, or the button of its consent. */
function Connect(props: RequirementProps) {
  const { id, type, provider, asked } = props.requirement;
  if (provider !== null || type === null) return <ConsentForm {...props} />;
  return <CredentialsForm {...props} requirementId={id} type={type} asked={asked} />;
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
