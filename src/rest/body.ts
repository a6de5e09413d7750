import { InvalidInputError, PayloadTooLargeError, UnsupportedMediaTypeError } from '../errors.ts';

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
  if (length !== null && Number(length) > limit) throw new PayloadTooLargeError(limit);
  const bytes = length === null ? await readCounted(request, limit) : await request.arrayBuffer();
  return parseJson(bytes);
}

/** Reads a body that does not say how long it is, up to the limit. */
async function readCounted(request: Request, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > limit) throw new PayloadTooLargeError(limit);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/* Bytes that are no UTF-8 are refused: to replace them would be to store another secret than was sent. */
function parseJson(bytes: ArrayBuffer | Uint8Array): unknown {
  if (bytes.byteLength === 0) return undefined;
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw notJson; // without its cause, which quotes the body
  }
}
