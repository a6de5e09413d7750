import { InvalidInputError } from '../../platform/errors.ts';
import { DuplicateKeyError, parseExactly } from '../../platform/exact-json.ts';
import type { FieldIssue } from '../../platform/field-issues.ts';

/**
 * The parameters of an operation by GET. Node limits the address and the headers together to 16 KiB.
 */
type Parameters = Partial<Record<'query' | 'operationName' | 'variables' | 'extensions', unknown>>;

/**
 * Reads the operation of a GET from its address.
 *
 * @throws InvalidInputError that names every parameter that is not valid.
 */
export function readQueryParameters(url: string): Parameters {
  const search = url.slice(url.indexOf('?') + 1);
  if (!url.includes('?')) return {};
  const sent = new URLSearchParams(search);
  const issues: FieldIssue[] = [];
  const read = (path: keyof Parameters, parse = (text: string): unknown => text) => {
    const [text, ...more] = sent.getAll(path);
    if (more.length > 0) issues.push({ path, message: 'must be given once' });
    if (!text) return undefined;
    try {
      return parse(text);
    } catch (error) {
      if (error instanceof InvalidInputError) throw error;
      const isTwice = error instanceof DuplicateKeyError;
      // The cause is left out, because it quotes the value.
      issues.push({ path, message: isTwice ? 'has an entry twice' : 'must be JSON' });
    }
  };
  const parameters = {
    query: read('query'),
    operationName: read('operationName'),
    variables: read('variables', parseExactly),
    extensions: read('extensions', parseExactly),
  };
  if (!isWellEncoded(search))
    issues.push({ path: 'url', message: 'must be percent-encoded UTF-8' });
  if (issues.length > 0) throw new InvalidInputError(issues);
  return parameters;
}

/*
 * Whether a query string can be decoded. URLSearchParams would replace the bytes that it cannot decode.
 */
function isWellEncoded(search: string): boolean {
  try {
    decodeURIComponent(search);
    return true;
  } catch {
    return false;
  }
}
