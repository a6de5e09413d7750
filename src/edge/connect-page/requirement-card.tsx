import { providerName } from './catalog-words.ts';
import { CredentialsForm, type Refused } from './credentials-form.tsx';
import type { PageProps, PageRequirement } from './visit.ts';
import { clip, shownScopes } from './words/told.ts';
import type { Words } from './words/words.en.ts';

/** The result of the last action, shown at its card. */
export type CardNotice = { requirementId: string; kind: 'good' | 'bad'; text: string };

type RequirementProps = PageProps & {
  requirement: PageRequirement;
  isOpen: boolean;
  /** Whether nothing is left to do, which the page then says above the list. */
  isFinished: boolean;
  notice?: CardNotice | undefined;
  refused?: Refused | undefined;
};

/** The card of one requirement. */
export function RequirementCard(props: RequirementProps) {
  const { requirement, isOpen, isFinished, words } = props;
  const { id, title, description, state } = requirement;
  const condition = conditionOf(requirement);
  const notice = props.notice?.requirementId === id ? props.notice : undefined;
  const isGood = notice?.kind === 'good';
  const noticeId = `${id}-notice`;
  // The focus is where the person left off: a screen reader reads the card and its notice.
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
            <bdi lang={title.lang}>{clip(title.text, 200)}</bdi>
          </h2>
          <span class={`state ${condition}`}>{words[condition]}</span>
        </summary>
        <div>
          {notice && !isGood && <Notice {...notice} id={noticeId} />}
          {description && (
            <p class="text">
              <bdi lang={description.lang}>{clip(description.text, 1_000)}</bdi>
            </p>
          )}
          {condition === 'expired' && <p class="error">{expiredText(requirement, words)}</p>}
          {state.status === 'completed' ? <DisconnectLink {...props} /> : <ToDo {...props} />}
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

function expiredText({ state }: PageRequirement, words: Words): string {
  const missing = state.connection?.missingScopes ?? [];
  return missing.length > 0 ? words.missingScopes(shownScopes(missing)) : words.expiredHint;
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
  const { requirement } = props;
  return (
    <>
      {requirement.provider === null && requirement.type ? (
        <CredentialsForm {...props} requirementId={requirement.id} type={requirement.type} />
      ) : (
        <ConsentForm {...props} />
      )}
      {conditionOf(requirement) === 'expired' && <DisconnectLink {...props} />}
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
