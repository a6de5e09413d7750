import type { RequestContext } from '../../core/access/request-context.ts';
import type { ConnectTokenViewer } from '../../core/access/viewer.ts';
import type { ConnectionType } from '../../core/catalog/catalog.ts';
import type { Field } from '../../core/catalog/fields.ts';
import type { Deps } from '../../core/deps/deps.ts';
import { askedFields } from '../../features/requirements/asked-fields.ts';
import { currentStatus } from '../../features/requirements/current-status.ts';
import { readSpec, requiredScopes } from '../../features/requirements/spec.ts';
import type { RequirementState } from '../../features/requirements/status.ts';
import { type TranslatedText, textIn } from '../../features/requirements/translations.ts';
import type { App } from '../../platform/db/generated/client.ts';
import { NotFoundError, UnauthenticatedError } from '../../platform/errors.ts';
import { type Language, readLanguage, wordsOf } from './language.ts';
import { languageOf, type PageContext, readForm } from './page-request.ts';
import { openConnectSession, rememberLanguage, type Session } from './session.service.ts';
import { csrfToken, readSecret } from './session-cookie.ts';
import type { Words } from './words/words.en.ts';

/** A request of a browser that has a session. */
export type Visit = {
  deps: Deps;
  c: PageContext;
  session: Session;
  context: RequestContext;
  requirements: PageRequirement[];
  /** What every page of the session shows or uses. */
  props: PageProps;
  /** The fields of the form that was sent; none for a GET. */
  body: Record<string, unknown>;
};

/** The properties of every page of a session. */
export type PageProps = {
  language: Language;
  /** Keeps the language that an address asked for on pages without the session; empty if none did. */
  languageQuery: string;
  words: Words;
  app: PageApp;
  userId: string;
  csrf: string;
  /** The path of the session's page. */
  base: string;
};

/** The part of an app that the page shows. */
export type PageApp = Pick<
  App,
  'id' | 'name' | 'displayName' | 'logoUrl' | 'accentColor' | 'allowedOrigins' | 'returnUrl'
>;

/** A requirement as the page shows it. */
export type PageRequirement = {
  id: string;
  title: TranslatedText;
  description: TranslatedText | null;
  /** Null: an account at Pipedream. */
  type: ConnectionType | null;
  /** The provider whose consent the requirement needs; null: the person types credentials. */
  provider: string | null;
  /** The fields of its form. */
  asked: readonly Field[];
  /** The permissions that its consent asks for. */
  scopes: readonly string[];
  state: RequirementState;
  /** The time when the user connected it last. */
  linkedAt: Date | undefined;
  /** The account at the service, if it is known. */
  account: string | null;
  /** Whether the service could not be asked if the credentials work. */
  isUnchecked: boolean;
};

/** The verdicts that leave open whether credentials work. */
const unchecked: ReadonlySet<string> = new Set(['unreachable', 'unsupported', 'blocked_by_policy']);

type PageContent = { app: PageApp; requirements: PageRequirement[] };

/** Opens the session in the path; undefined if this browser has none or it has ended. */
export async function openVisit(deps: Deps, c: PageContext): Promise<Visit | undefined> {
  const id = c.req.param('session_id') ?? '';
  const secret = readSecret(deps.config.publicUrl, c.req.header('cookie'), id);
  const session = await openConnectSession(deps, id, secret);
  if (session === undefined) return undefined;
  const { viewer } = session;
  const context = { deps, viewer, request: c.env.facts, app: null };
  const asked = await languageAskedFor(deps, c, session);
  const language = asked ?? languageOf(c);
  const { app, requirements } = await loadPageContent(deps, viewer, language);
  const props = {
    language,
    languageQuery: asked === undefined ? '' : `?lang=${asked}`,
    words: wordsOf(language),
    app,
    userId: viewer.userId,
    csrf: csrfToken(session),
    base: `/connect/${session.id}`,
  };
  const body = c.req.method === 'POST' ? await readForm(c) : {};
  return { deps, c, session, context, requirements, props, body };
}

/**
 * Returns the language that an address asked for; undefined if none did. It counts for the rest of the
 * session.
 */
async function languageAskedFor(
  deps: Deps,
  c: PageContext,
  session: Session,
): Promise<Language | undefined> {
  const asked = readLanguage(c.req.query('lang'));
  if (asked === undefined || asked === session.language) return session.language;
  await rememberLanguage(deps, session.id, asked);
  return asked;
}

/** @throws NotFoundError if the app has no such requirement. */
export function requireRequirement({ c, requirements }: Visit): PageRequirement {
  const wanted = c.req.param('requirement_id');
  const found = requirements.find(({ id }) => id === wanted);
  if (found === undefined) throw new NotFoundError('requirement');
  return found;
}

/** @throws UnauthenticatedError if the app was just deleted. */
export async function loadPageContent(
  deps: Deps,
  { appId, endUserId, organizationId }: ConnectTokenViewer,
  language: Language,
): Promise<PageContent> {
  const app = await deps.db.app.findUnique({
    where: { id: appId },
    relationLoadStrategy: 'join',
    include: { requirements: { orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] } },
  });
  if (app === null) throw new UnauthenticatedError();
  const types = deps.connectionTypes.of(organizationId);
  const links = await deps.db.endUserLink.findMany({
    where: { endUserId },
    select: {
      requirementId: true,
      linkedAt: true,
      connection: { select: { verdict: true, accountId: true, accountLabel: true } },
    },
  });
  const linkOf = new Map(links.map((link) => [link.requirementId, link]));
  const requirements = app.requirements.map(async (row): Promise<PageRequirement> => {
    const described = textIn(language, row.description ?? '', row.descriptions);
    const link = linkOf.get(row.id);
    const shown = {
      id: row.id,
      title: textIn(language, row.title, row.titles),
      description: described.text === '' ? null : described,
      linkedAt: link?.linkedAt,
      account: link?.connection?.accountLabel ?? link?.connection?.accountId ?? null,
      isUnchecked: unchecked.has(link?.connection?.verdict ?? ''),
      state: await currentStatus(deps, { endUserId, requirementId: row.id }),
    };
    const spec = readSpec(row.kind, row.spec);
    const type = spec.kind === 'connection' ? types.find(spec.type) : undefined;
    if (spec.kind !== 'connection' || type === undefined) {
      const provider = spec.kind === 'connection' ? null : spec.appSlug;
      return { ...shown, provider, type: null, asked: [], scopes: [] };
    }
    if (type.oauth2 === undefined) {
      return { ...shown, provider: null, type, asked: askedFields(type, spec), scopes: [] };
    }
    const scopes = [...new Set([...requiredScopes(spec, type), ...type.oauth2.alwaysScopes])];
    // A type for any provider has no name that a person knows.
    const provider = type.oauth2.authorizationEndpoint === null ? shown.title.text : type.label;
    return { ...shown, provider, type, asked: [], scopes };
  });
  return { app, requirements: await Promise.all(requirements) };
}
