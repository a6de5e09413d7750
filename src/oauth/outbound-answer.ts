import type { Dispatcher } from 'undici';
import {
  OutboundEncodedError,
  OutboundRedirectError,
  OutboundTooLargeError,
  OutboundUnreachableError,
} from './outbound.errors.ts';

/** Token answers have a few hundred bytes. */
export const maxAnswerBytes = 1024 * 1024;

/** The whole answer in memory, at most {@link maxAnswerBytes}; a redirect or an encoding is refused. */
export async function readAnswer(host: string, answer: Dispatcher.ResponseData): Promise<Response> {
  const { statusCode: status, headers, body } = answer;
  // An answer that is refused below is torn down unread; that error is nobody's.
  body.on('error', () => {});
  if (status >= 300 && status < 400) throw new OutboundRedirectError(host, status);
  // A Response cannot have such a status, though a hostile server can.
  if (status > 599) throw new OutboundUnreachableError(host, `HTTP status ${status}`);
  if (isEncoded(headers['content-encoding'])) throw new OutboundEncodedError(host);
  const bytes = await readBytes(host, body);
  const isEmpty = status === 204 || status === 205;
  return new Response(isEmpty ? null : bytes, { status, headers: toHeaders(headers) });
}

// 200 KB of gzip became 200 MB: nothing is ever decompressed.
function isEncoded(encoding: string | string[] | undefined): boolean {
  return [encoding ?? []].flat().some((coding) => !/^(identity)?$/i.test(coding));
}

async function readBytes(host: string, body: AsyncIterable<Uint8Array>) {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > maxAnswerBytes) throw new OutboundTooLargeError(host, maxAnswerBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function toHeaders(headers: Dispatcher.ResponseData['headers']): Headers {
  const result = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    for (const item of [value ?? []].flat()) result.append(name, item);
  }
  return result;
}
