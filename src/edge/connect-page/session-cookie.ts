import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/*
 * Each session has its own cookie, so that a browser can have several. Its value is a random secret.
 */

/**
 * Returns the name of a session's cookie. On https the `__Host-` prefix keeps other hosts of the domain
 * from setting it (RFC 6265bis, section 4.1.3.2), so only that name counts there.
 */
export function cookieName(publicUrl: string, sessionId: string): string {
  return `${prefix(publicUrl)}${sessionId}`;
}

function prefix(publicUrl: string): string {
  return `${publicUrl.startsWith('https:') ? '__Host-' : ''}connect-`;
}

/** Returns the digest of a cookie, which is stored: it identifies the browser, and cannot be used as the cookie. */
export function digestSecret(secret: string): Buffer<ArrayBuffer> {
  return Buffer.from(createHash('sha256').update(secret).digest());
}

/** Returns the digests of all session cookies that a browser sent. */
export function presentedDigests(
  publicUrl: string,
  header: string | undefined,
): Buffer<ArrayBuffer>[] {
  return [...sessionCookies(publicUrl, header).values()].map(digestSecret);
}

/** Returns the secret in the cookie of one session; undefined without that cookie. */
export function readSecret(
  publicUrl: string,
  header: string | undefined,
  sessionId: string,
): string | undefined {
  return sessionCookies(publicUrl, header).get(sessionId);
}

const sessionIdForm = /^[\da-f-]{36}$/;
const secretForm = /^[\w-]{1,200}$/;

/** Returns the ids in the names of all session cookies that a browser sent, whatever their values are. */
export function presentedIds(publicUrl: string, header: string | undefined): string[] {
  return [...new Set(readPairs(publicUrl, header).map(({ id }) => id))];
}

/**
 * Returns the secrets in a browser's session cookies by the ids in their names. A browser has each name once
 * for this host. If a name appears twice, another host has set one of them, and the server cannot tell which
 * one, so neither counts.
 */
export function sessionCookies(publicUrl: string, header: string | undefined): Map<string, string> {
  const cookies = new Map<string, string>();
  const repeated = new Set<string>();
  for (const { id, value } of readPairs(publicUrl, header)) {
    if (cookies.has(id)) repeated.add(id);
    cookies.set(id, value);
  }
  return new Map(
    [...cookies].filter(([id, secret]) => !repeated.has(id) && secretForm.test(secret)),
  );
}

/**
 * Reads the pairs of a Cookie header. It removes only the blanks of RFC 6265 before a name. If a name begins
 * with another blank, such as U+00A0, browsers do not recognize its `__Host-` prefix, so a sibling host could
 * have set the cookie.
 */
function readPairs(publicUrl: string, header = ''): { id: string; value: string }[] {
  return header.split(';').flatMap((pair) => {
    const [name = '', ...value] = pair.replace(/^[ \t]+/, '').split('=');
    const id = name.startsWith(prefix(publicUrl)) ? name.slice(prefix(publicUrl).length) : '';
    return sessionIdForm.test(id) ? [{ id, value: value.join('=').trimEnd() }] : [];
  });
}

/** The session and the user to which a CSRF token is bound, so that no other site can send the form. */
type CsrfScope = {
  id: string;
  secret: string;
  viewer: { appId: string; endUserId: string };
};

/** Returns the CSRF token of a session. It is derived from the cookie, so nothing has to be stored. */
export function csrfToken({ id, secret, viewer }: CsrfScope): string {
  const scope = ['csrf', id, viewer.appId, viewer.endUserId].join('|');
  return createHmac('sha256', secret).update(scope).digest('base64url');
}

/** Compares in constant time, so that the time does not tell how much of a guess is right. */
export function isCsrfToken(scope: CsrfScope, given: unknown): boolean {
  const [expected, presented] = [csrfToken(scope), String(given)].map((text) => Buffer.from(text));
  if (expected === undefined || presented?.length !== expected.length) return false;
  return timingSafeEqual(expected, presented);
}
