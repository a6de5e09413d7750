import {
  InvalidInputError,
  PayloadTooLargeError,
  UnsupportedMediaTypeError,
} from '../../platform/errors.ts';
import { DuplicateKeyError, parseExactly } from '../../platform/exact-json.ts';

const notJson = new InvalidInputError([{ path: 'body', message: 'must be JSON' }]);

/**
 * Reads the JSON body of a request; undefined if there is none.
 *
 * @param limit in bytes. @throws UnsupportedMediaTypeError, PayloadTooLargeError, InvalidInputError, in
 * this order.
 */
export async function readJsonBody(request: Request, limit: number): Promise<unknown> {
  const { headers } = request;
  const length = headers.get('content-length');
  const isChunked = headers.has('transfer-encoding');
  if (length === '0' || (length === null && !isChunked)) return undefined;
  const mediaType = headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (mediaType !== 'application/json') throw new UnsupportedMediaTypeError();
  requireReadable(headers);
  if (length !== null && Number(length) > limit) throw new PayloadTooLargeError(limit);
  const bytes = length === null ? await readCounted(request, limit) : await request.arrayBuffer();
  return parseJsonBytes(bytes);
}

/**
 * Refuses a body whose bytes would be misread.
 *
 * @throws UnsupportedMediaTypeError if the body is compressed, or its charset is not UTF-8.
 */
export function requireReadable(headers: Headers): void {
  const encoding = headers.get('content-encoding')?.trim().toLowerCase() ?? '';
  if (encoding !== '' && encoding !== 'identity') {
    throw new UnsupportedMediaTypeError('Send the body without a Content-Encoding.');
  }
  const charset = charsetOf(headers.get('content-type') ?? '');
  if (charset === undefined || readCharsets.has(charset)) return;
  throw new UnsupportedMediaTypeError('Send the body in UTF-8.');
}

/** The charsets that are UTF-8 or a part of it, by all of their names. */
const readCharsets = new Set(['utf-8', 'utf8', 'us-ascii', 'ascii']);

function charsetOf(contentType: string): string | undefined {
  const parameters = contentType.split(';').slice(1);
  for (const parameter of parameters) {
    const [name = '', value = ''] = parameter.split('=', 2).map((part) => part.trim());
    if (name.toLowerCase() === 'charset') return value.replaceAll('"', '').toLowerCase();
  }
  return undefined;
}

/*
 * Maximum number of chunks. A body in chunks of one byte takes a hundred times as long to read as the same
 * body in one chunk.
 */
const mostChunks = 8_192;

/**
 * Reads a body without a Content-Length, up to the limit.
 *
 * @throws PayloadTooLargeError, also if the body has too many chunks.
 */
export async function readCounted(
  request: Request,
  limit: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > limit || chunks.length >= mostChunks) throw new PayloadTooLargeError(limit);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/*
 * Refuses bytes that are not UTF-8. To replace them would store a secret that differs from the one that
 * was sent.
 */
function parseJsonBytes(bytes: ArrayBuffer | Uint8Array): unknown {
  if (bytes.byteLength === 0) return undefined;
  try {
    return parseExactly(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    if (error instanceof DuplicateKeyError) {
      throw new InvalidInputError([{ path: belowInput(error.path), message: 'is given twice' }]);
    }
    if (error instanceof InvalidInputError) {
      throw new InvalidInputError(
        error.fields.map((told) => ({ ...told, path: belowInput(told.path) })),
      );
    }
    throw notJson; // without the cause, which quotes the body
  }
}

/* Errors of GraphQL use paths that begin below the input as well. */
function belowInput(path: string): string {
  return path.replace(/^variables\.(?:input\.)?/, '');
}
