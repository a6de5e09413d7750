import type { Context } from 'hono';
import type { RequestContext } from '../../core/access/request-context.ts';
import type { Deps } from '../../core/deps/deps.ts';
import type { RestEnv } from '../http/env.ts';
import type { Language } from './language.ts';
import type { PageContent } from './load-page.ts';
import type { Session } from './session.service.ts';
import type { Words } from './words.ts';

export type C = Context<RestEnv>;

export type Answer = Response | Promise<Response>;

export type PageStatus = 200 | 400 | 401 | 403 | 404 | 409 | 413 | 429 | 500 | 502 | 503;

/** A request of a browser whose session lives. */
export type Visit = {
  deps: Deps;
  c: C;
  session: Session;
  context: RequestContext;
  content: PageContent;
  words: Words;
  /** What every page of it is drawn with. */
  drawing: Drawing;
  /** The form that was sent. */
  body: Record<string, unknown>;
};

/** What every page of a session is drawn with. */
export type Drawing = {
  language: Language;
  words: Words;
  app: PageContent['app'];
  userId: string;
  csrf: string;
  /** The path of the session's page. */
  base: string;
};
