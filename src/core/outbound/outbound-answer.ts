import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw } from 'node:zlib';
import type { Dispatcher } from 'undici';
import {
  OutboundEncodedError,
  OutboundRedirectError,
  OutboundTooLargeError,
  OutboundUnreachableError,
} from './outbound.errors.ts';

/** Maximum size of a response body in bytes. A token response has a few hundred. */
const maxAnswerBytes = 1024 * 1024;

/**
 * Reads the whole response into memory, at most {@link maxAnswerBytes}, and decodes it. It refuses a
 * redirect.
 */
export async function readAnswer(host: string, answer: Dispatcher.ResponseData): Promise<Response> {
  const { statusCode: status, headers, body } = answer;
  // A response that is refused below is torn down unread. Nobody needs the error that this causes.
  body.on('error', () => {});
  if (status >= 300 && status < 400) throw new OutboundRedirectError(host, status);
  // The class Response does not allow such a status, but a hostile server can send one.
  if (status > 599) throw new OutboundUnreachableError(host, `HTTP status ${status}`);
  const decode = findDecoder(host, headers['content-encoding']);
  const bytes = await decode(await readBytes(host, body));
  const isEmpty = status === 204 || status === 205;
  return new Response(isEmpty ? null : bytes, { status, headers: toHeaders(headers) });
}

type Decode = (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer<ArrayBuffer>>;

const decoders: ReadonlyMap<string, Decode> = new Map([
  ['gzip', promisify(gunzip) as Decode],
  ['x-gzip', promisify(gunzip) as Decode],
  ['br', promisify(brotliDecompress) as Decode],
  ['deflate', inflateEither],
]);

const zlib = promisify(inflate) as Decode;
const raw = promisify(inflateRaw) as Decode;

/**
 * RFC 9110, section 8.4.1.2, requires the zlib format for "deflate"; some servers send the raw stream
 * inside it.
 */
function inflateEither(
  bytes: Buffer,
  options: { maxOutputLength: number },
): Promise<Buffer<ArrayBuffer>> {
  return ((bytes[0] ?? 0) & 0x0f) === 8 ? zlib(bytes, options) : raw(bytes, options);
}

/*
 * Some servers compress although the request does not allow it. 200 KB of gzip became 200 MB, so the limit
 * applies to the decoded body.
 */
function findDecoder(host: string, header: string | string[] | undefined) {
  const names = [header ?? []].flat().flatMap((value) => value.toLowerCase().split(','));
  const codings = names.map((name) => name.trim()).filter((name) => !/^(identity)?$/.test(name));
  const [coding, ...others] = codings;
  if (coding === undefined) return async (bytes: Buffer<ArrayBuffer>) => bytes;
  const decode = decoders.get(coding);
  if (decode === undefined || others.length > 0) throw new OutboundEncodedError(host);
  return async (bytes: Buffer<ArrayBuffer>): Promise<Buffer<ArrayBuffer>> => {
    if (bytes.length === 0) return bytes;
    try {
      return await decode(bytes, { maxOutputLength: maxAnswerBytes });
    } catch (error) {
      const isTooLarge = (error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE';
      throw isTooLarge
        ? new OutboundTooLargeError(host, maxAnswerBytes)
        : new OutboundEncodedError(host);
    }
  };
}

async function readBytes(
  host: string,
  body: AsyncIterable<Uint8Array>,
): Promise<Buffer<ArrayBuffer>> {
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
    if (/^content-(encoding|length)$/.test(name)) continue; // also limits the body as it was sent
    for (const item of [value ?? []].flat()) result.append(name, item);
  }
  return result;
}
