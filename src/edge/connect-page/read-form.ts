import { AppError } from '../../platform/errors.ts';
import { longestMultipart, mostFormFields } from '../../platform/limits.ts';
import type { C } from './answer.ts';

const ampersand = 0x26;

/**
 * The fields of a form; none where the body is not a form that can be read.
 *
 * @throws AppError for a form of more fields than are read.
 */
export async function readForm(c: C): Promise<Record<string, unknown>> {
  requireFewFields(c.req.header('content-type'), new Uint8Array(await c.req.arrayBuffer()));
  try {
    return await c.req.parseBody();
  } catch (error) {
    if (error instanceof TypeError) return {}; // what a broken multipart body fails with
    throw error;
  }
}

/* A megabyte of empty fields takes half a second to parse; the parts of a multipart body have headers. */
function requireFewFields(contentType = '', body: Uint8Array): void {
  const isMultipart = contentType.trim().toLowerCase().startsWith('multipart/');
  if (isMultipart ? body.length > longestMultipart : countFields(body) > mostFormFields) {
    const limit = isMultipart ? `${longestMultipart} bytes` : `${mostFormFields} fields`;
    throw new AppError('payload_too_large', `The form is too large; the limit is ${limit}.`);
  }
}

function countFields(body: Uint8Array): number {
  let count = 1;
  let at = body.indexOf(ampersand);
  while (at >= 0 && count <= mostFormFields) {
    count += 1;
    at = body.indexOf(ampersand, at + 1);
  }
  return count;
}
