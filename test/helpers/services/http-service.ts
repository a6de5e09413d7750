import type { IncomingHttpHeaders } from 'node:http';
import { serveHttp } from '../providers/local-server.ts';

/** A request that the double of a service received. */
export type ServiceRequest = {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
};

export type ServiceAnswer = {
  status?: number;
  headers?: Record<string, string>;
  /** Sent as JSON; a text is sent as it is. */
  body?: unknown;
};

/**
 * Starts the double of a service, which keeps what it receives.
 *
 * @param pause what it waits for before it answers.
 */
export async function serveService(
  answer: (request: ServiceRequest) => ServiceAnswer,
  pause?: () => Promise<unknown>,
) {
  const requests: ServiceRequest[] = [];
  const { port } = await serveHttp(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const received = {
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
    };
    requests.push(received);
    request.resume();
    await pause?.();
    const { status = 200, headers = {}, body = {} } = answer(received);
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  return { url: `http://127.0.0.1:${port}`, host: `127.0.0.1:${port}`, requests };
}
