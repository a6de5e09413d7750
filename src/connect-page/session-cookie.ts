import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { parse } from 'hono/utils/cookie';

/*
 * Each session has a cookie of its own, so that a browser may hold several; all it says is a secret.
 */

const form = /^(?:__Host-)?connect-[\da-f-]{36}$/;

/** What the cookie of a session is called. The prefix keeps other hosts of a domain from setting it. */
export function cookieName(publicUrl: string, sessionId: string): string {
  return `${publicUrl.startsWith('https:') ? '__Host-' : ''}connect-${sessionId}`;
}

/** What is stored of a cookie: enough to know its browser by, too little to use. */
export function digestSecret(secret: string): Buffer<ArrayBuffer> {
  return Buffer.from(createHash('sha256').update(secret).digest());
}

/** The digests of all the sessions' cookies that a browser sent. */
export function presentedDigests(header: string | undefined): Buffer<ArrayBuffer>[] {
  const cookies = Object.entries(parse(header ?? ''));
  return cookies.filter(([name]) => form.test(name)).map(([, secret]) => digestSecret(secret));
}

/** What a form carries so that no other site can send it: bound to session, app and user. */
export type CsrfScope = {
  id: string;
  secret: string;
  viewer: { appId: string; endUserId: string };
};

export function csrfToken({ id, secret, viewer }: CsrfScope): string {
  const scope = ['csrf', id, viewer.appId, viewer.endUserId].join('|');
  return createHmac('sha256', secret).update(scope).digest('base64url');
}

export function isCsrfToken(scope: CsrfScope, given: unknown): boolean {
  const [expected, presented] = [csrfToken(scope), String(given)].map((text) => Buffer.from(text));
  if (expected === undefined || presented?.length !== expected.length) return false;
  return timingSafeEqual(expected, presented);
}
