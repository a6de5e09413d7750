import {
  InvalidInputError,
  PayloadTooLargeError,
  UnsupportedMediaTypeError,
} from '../../platform/errors.ts';
import { DuplicateKeyError, parseExactly } from '../../platform/exact-json.ts';

const notJson = new InvalidInputError([{ path: 'body', message: 'must be JSON' }]);

/**
 * A request's JSON body; undefined when there is none.
 *
 * @param limit in bytes.
 * @throws UnsupportedMediaTypeError, PayloadTooLargeError, InvalidInputError, in this order.
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
  return parseJson(bytes);
}

/**
 * @throws UnsupportedMediaTypeError for a body that is compressed, or in a charset other than UTF-8: its
 * bytes would be taken for something that they are not.
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

/** What is UTF-8, by any of its names, or a part of it. */
const readCharsets = new Set(['utf-8', 'utf8', 'us-ascii', 'ascii']);

function charsetOf(contentType: string): string | undefined {
  const parameters = contentType.split(';').slice(1);
  for (const parameter of parameters) {
    const [name = '', value = ''] = parameter.split('=', 2).map((part) => part.trim());
    if (name.toLowerCase() === 'charset') return value.replaceAll('"', '').toLowerCase();
  }
  return undefined;
}

/* A body in chunks of one byte takes a hundred times as long to read as the same in one. */
const mostChunks = 8_192;

/**
 * Reads a body that does not say how long it is, up to the limit.
 *
 * @throws PayloadTooLargeError, also for one in too many chunks.
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

/* Bytes that are no UTF-8 are refused: to replace them would be to store another secret than was sent. */
function parseJson(bytes: ArrayBuffer | Uint8Array): unknown {
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
    throw notJson; // without its cause, which quotes the body
  }
}

/* GraphQL's complaints begin below the input as well. */
function belowInput(path: string): string {
  return path.replace(/^variables\.(?:input\.)?/, '');
}
