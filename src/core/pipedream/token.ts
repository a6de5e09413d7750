import { z } from 'zod';
import type { PipedreamConfig } from '../../platform/config/config.pipedream.ts';
import type { Deps } from '../deps/deps.ts';
import { readPipedream, sendToPipedream } from './send.ts';

/** The access token with which this server calls Pipedream. */
type PipedreamToken = {
  accessToken: string;
  /** The time to get another token, by `performance.now()`. */
  until: number;
};

/** Seconds before its expiry at which a token is replaced. */
const margin = 60;

const tokenAnswer = z.object({
  access_token: z.string().min(1),
  expires_in: z.number().positive().catch(3_600),
});

/** One token for all callers. `asked` stays until the request failed or the token is forgotten. */
type Held = { asked: Promise<PipedreamToken> | undefined; got: PipedreamToken | undefined };

export function createPipedreamToken(): Held {
  return { asked: undefined, got: undefined };
}

declare module '../deps/deps.ts' {
  interface Deps {
    pipedreamToken: Held;
  }
}

/**
 * Returns the token of this process. Concurrent callers share one request.
 *
 * @throws UpstreamError
 */
export async function loadPipedreamToken(
  deps: Deps,
  pipedream: PipedreamConfig,
): Promise<PipedreamToken> {
  const held = deps.pipedreamToken;
  if (held.got !== undefined && performance.now() >= held.got.until) {
    forgetPipedreamToken(deps, held.got);
  }
  held.asked ??= requestToken(deps, pipedream).then(
    (token) => {
      held.got = token;
      return token;
    },
    (error: unknown) => {
      held.asked = undefined;
      throw error;
    },
  );
  return held.asked;
}

/** Forgets this token, so that the next caller requests another one. */
export function forgetPipedreamToken(deps: Deps, token: PipedreamToken): void {
  const held = deps.pipedreamToken;
  if (held.got !== token) return;
  held.asked = undefined;
  held.got = undefined;
}

/* Requests a token by client credentials (RFC 6749, section 4.4), with a JSON body. */
async function requestToken(
  deps: Deps,
  { apiUrl, clientId, clientSecret }: PipedreamConfig,
): Promise<PipedreamToken> {
  const askedAt = performance.now();
  const answer = await sendToPipedream(deps, {
    method: 'POST',
    url: `${apiUrl}/v1/oauth/token`,
    body: {
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
    },
  });
  const { access_token, expires_in } = await readPipedream(tokenAnswer, answer);
  const life = Math.max(expires_in - margin, expires_in / 2);
  return { accessToken: access_token, until: askedAt + life * 1_000 };
}
