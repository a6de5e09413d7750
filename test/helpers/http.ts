import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { requireNoCanary } from './canary.ts';

/** A request of a test; no header is added. */
export type Sent = {
  method: string;
  path: string;
  headers?: Record<string, string | string[]>;
  /** Several parts are sent chunked, one by one. */
  body?: string | Uint8Array | readonly Uint8Array[] | undefined;
  /** Whether the response may hold secrets, because the call fetches them or makes a key. */
  mayHoldSecrets?: boolean;
};

export type Answer<Json = unknown> = {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** The body as JSON; undefined when it is not JSON. */
  json: Json;
};

/** Sends one request over a new socket, and searches the response for secrets. */
export async function send<Json>(url: string, sent: Sent): Promise<Answer<Json>> {
  const answer = await exchange(url, sent);
  const where = `the answer ${answer.status} of ${sent.method} ${sent.path}`;
  if (!sent.mayHoldSecrets) requireNoCanary(where, answer.text + JSON.stringify(answer.headers));
  return { ...answer, json: parse(answer.text) as Json };
}

function exchange(url: string, { method, path, headers, body }: Sent) {
  return new Promise<Omit<Answer, 'json'>>((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const options = { hostname, port, method, path, headers: headers ?? {}, agent: false };
    const request = httpRequest(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
      });
    });
    request.on('error', reject);
    if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) {
      request.end(body);
      return;
    }
    for (const part of body) request.write(part);
    request.end();
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
