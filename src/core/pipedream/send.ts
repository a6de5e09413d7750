import type { z } from 'zod';
import type { PipedreamConfig } from '../../platform/config/config.pipedream.ts';
import { UpstreamError } from '../../platform/errors.ts';
import type { Deps } from '../deps/deps.ts';

/** One request to Pipedream. */
export type PipedreamMessage = {
  method: 'GET' | 'POST' | 'DELETE';
  url: string;
  headers?: Record<string, string>;
  body?: Record<string, unknown> | undefined;
};

/**
 * Returns the configuration of Pipedream.
 *
 * @throws UpstreamError that says what to configure.
 */
export function requirePipedream({ config }: Deps): PipedreamConfig {
  if (config.pipedream !== undefined) return config.pipedream;
  throw new UpstreamError(
    'Pipedream is not configured on this server: its operator must set PIPEDREAM_CLIENT_ID, PIPEDREAM_CLIENT_SECRET and PIPEDREAM_PROJECT_ID.',
    false,
  );
}

/**
 * Sends a request to Pipedream.
 *
 * @throws UpstreamError if there is no response.
 */
export async function sendToPipedream(
  { outbound }: Deps,
  { method, url, headers, body }: PipedreamMessage,
): Promise<Response> {
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  try {
    return await outbound.trusted(url, {
      method,
      headers: { accept: 'application/json', ...headers, ...type },
      body: body === undefined ? null : JSON.stringify(body),
    });
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? ` (${cause.code})` : '';
    throw new UpstreamError(`Pipedream could not be reached${code}.`, true, { cause });
  }
}

/**
 * Returns the body of a successful response.
 *
 * @throws UpstreamError if the response is a failure or does not have the form of `schema`.
 */
export async function readPipedream<Schema extends z.ZodType>(
  schema: Schema,
  answer: Response,
): Promise<z.output<Schema>> {
  if (!answer.ok) throw refusedWith(answer.status);
  const { data } = schema.safeParse(await answer.json().catch(() => undefined));
  if (data === undefined) throw new UpstreamError('Pipedream sent an invalid response.', true);
  return data;
}

/** Returns the error for a status that is not a success. */
export function refusedWith(status: number): UpstreamError {
  const isPassing = status === 429 || status >= 500;
  const advice = isPassing ? '' : ' This server’s operator must check its PIPEDREAM variables.';
  return new UpstreamError(`Pipedream responded with status ${status}.${advice}`, isPassing);
}
