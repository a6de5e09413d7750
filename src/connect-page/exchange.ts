import { setCookie } from 'hono/cookie';
import type { Deps } from '../deps.ts';
import type { C } from './answer.ts';
import { fail } from './failure.tsx';
import { isFramed } from './framed.ts';
import { exchangeToken } from './session.service.ts';
import { cookieName, presentedDigests } from './session-cookie.ts';

/** Exchanges the token of a link for a cookie, and leads to the session's page. */
export async function exchange(deps: Deps, c: C): Promise<Response> {
  if (c.req.method === 'HEAD') return c.body(null); // a look ahead uses no token up
  const token = c.req.query('token');
  if (!token) return fail(c, 'refused', 401);
  const digests = presentedDigests(c.req.header('cookie'));
  const exchanged = await exchangeToken(deps, token, digests);
  if (exchanged.kind === 'refused' || exchanged.kind === 'taken') {
    return fail(c, exchanged.kind, 401);
  }
  if (exchanged.kind === 'new') {
    const { publicUrl } = deps.config;
    const secure = publicUrl.startsWith('https:');
    // Strict would not come back from a provider; a frame of another site takes its own.
    const isPartitioned = secure && isFramed(c);
    setCookie(c, cookieName(publicUrl, exchanged.id), exchanged.secret, {
      ...{ path: '/', httpOnly: true, secure, maxAge: exchanged.seconds },
      ...(isPartitioned ? { sameSite: 'None', partitioned: true } : { sameSite: 'Lax' }),
    });
  }
  return c.redirect(`/connect/${exchanged.id}`, 303);
}
