import { setCookie } from 'hono/cookie';
import type { Deps } from '../../core/deps/deps.ts';
import type { C } from './answer.ts';
import { cookieName } from './session-cookie.ts';
import { findStaleCookies } from './stale-cookies.ts';

/** A cookie to set: of a session, or of a window that begins a consent. */
export type NewCookie = {
  id: string;
  secret: string;
  seconds: number;
  /** Whose session it is; absent where it is none. */
  endUserId?: string | undefined;
  /** Whether a frame of another site has it for itself. */
  isPartitioned: boolean;
};

/** Sets a cookie, and ends those that the browser does not need beside it. */
export async function setSessionCookie(deps: Deps, c: C, cookie: NewCookie): Promise<void> {
  const { publicUrl } = deps.config;
  const { id, secret, seconds, endUserId, isPartitioned } = cookie;
  const options = {
    path: '/',
    httpOnly: true,
    secure: publicUrl.startsWith('https:'),
    // Strict would not come back from a provider; a frame of another site takes its own.
    ...(isPartitioned
      ? ({ sameSite: 'None', partitioned: true } as const)
      : ({ sameSite: 'Lax' } as const)),
  };
  const stale = await findStaleCookies(deps, c.req.header('cookie'), endUserId);
  for (const other of stale)
    setCookie(c, cookieName(publicUrl, other), '', { ...options, maxAge: 0 });
  setCookie(c, cookieName(publicUrl, id), secret, { ...options, maxAge: seconds });
}
