import type { Context } from 'hono';
import type { Deps } from '../../core/deps/deps.ts';
import { AppError } from '../../platform/errors.ts';
import { longestMultipart, mostFormFields } from '../../platform/limits.ts';
import type { RestEnv } from '../http/env.ts';
import { chooseLanguage, type Language, readLanguage } from './language.ts';

/** The context of a request for a page. */
export type PageContext = Context<RestEnv>;

/** Returns the language of a page without a session: `?lang=`, or what the browser prefers. */
export function languageOf(c: PageContext): Language {
  return readLanguage(c.req.query('lang')) ?? chooseLanguage(c.req.header('accept-language'));
}

/** Adds the language to the path of the next page, if the address of this one asks for it. */
export function keepLanguage(c: PageContext, path: string): string {
  const language = readLanguage(c.req.query('lang'));
  return language === undefined ? path : `${path}?lang=${language}`;
}

/**
 * Returns the fields of a form; none if the body is not a form that can be parsed.
 *
 * @throws AppError for a form with too many fields.
 */
export async function readForm(c: PageContext): Promise<Record<string, unknown>> {
  requireFewFields(c.req.header('content-type'), new Uint8Array(await c.req.arrayBuffer()));
  try {
    return await c.req.parseBody();
  } catch (error) {
    if (error instanceof TypeError) return {}; // parseBody throws it for a broken multipart body
    throw error;
  }
}

/*
 * Refuses a form with too many fields before it is parsed. Parsing a megabyte of empty fields takes half a
 * second, in which the process serves nobody. Each part of a multipart body has headers, so its bytes are
 * limited instead.
 */
function requireFewFields(contentType = '', body: Uint8Array): void {
  const isMultipart = contentType.trim().toLowerCase().startsWith('multipart/');
  if (isMultipart ? body.length > longestMultipart : countFields(body) > mostFormFields) {
    const limit = isMultipart ? `${longestMultipart} bytes` : `${mostFormFields} fields`;
    throw new AppError('payload_too_large', `The form is too large; the limit is ${limit}.`);
  }
}

const ampersand = 0x26;

function countFields(body: Uint8Array): number {
  let count = 1;
  let at = body.indexOf(ampersand);
  while (at >= 0 && count <= mostFormFields) {
    count += 1;
    at = body.indexOf(ampersand, at + 1);
  }
  return count;
}

/**
 * Returns whether the page is in a frame. A browser says so when it navigates, and the script when it
 * sends a form; if neither says so, the page is not in a frame.
 */
export function isFramedRequest(c: PageContext, { framed }: Record<string, unknown>): boolean {
  return framed === '1' || ['iframe', 'frame'].includes(c.req.header('sec-fetch-dest') ?? '');
}

/**
 * Returns whether one of our own pages sent the form. `Sec-Fetch-Site` says so; on plain http browsers
 * omit it, but send `Origin` with every POST. A client that sends neither is not a browser.
 */
export function isFromOwnPage({ config }: Deps, c: PageContext): boolean {
  const site = c.req.header('sec-fetch-site');
  if (site !== undefined) return site === 'same-origin';
  const origin = c.req.header('origin');
  return origin === undefined || origin === new URL(config.publicUrl).origin;
}

/**
 * Returns whether a person clicked a link on another page, in this tab. A navigation from no page
 * (`none`) may be a mail scanner's: it drives a browser that opens a link as a mail program does, and
 * browsers mark that as a user's navigation too.
 */
export function isOpenedByClick(c: PageContext): boolean {
  const sent = (name: string) => c.req.header(name) ?? '';
  return (
    sent('sec-fetch-user') === '?1' &&
    sent('sec-fetch-mode') === 'navigate' &&
    sent('sec-fetch-dest') === 'document' &&
    ['cross-site', 'same-site', 'same-origin'].includes(sent('sec-fetch-site')) &&
    sent('sec-purpose') === ''
  );
}
