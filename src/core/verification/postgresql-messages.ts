/*
 * A filter between a PostgreSQL server and `pg`. The parser of `pg` trusts its server: a text without its
 * last zero byte makes it search for ever, which stops the whole process. So it gets only whole messages of
 * the kinds that a login and one query need, each of the right form.
 * PostgreSQL documentation, "Frontend/Backend Protocol", "Message Formats".
 */

/** Maximum number of rounds of SCRAM. PostgreSQL uses 4,096; a million keep a thread busy for a second. */
const mostRounds = 1_000_000;

/** Bytes to hand on, or the reason why the exchange must end. */
export type Filtered = { bytes: Buffer } | { refusal: string };

const clearText = 3;
const sasl = 10;
const saslContinue = 11;

const isMalformed = { refusal: 'sends what is no message of PostgreSQL' };

/** Creates a filter for one connection. Without TLS no server gets a password in clear text. */
export function createMessageFilter({ isTls }: { isTls: boolean }): (bytes: Buffer) => Filtered {
  let pending: Buffer = Buffer.alloc(0);
  return (bytes) => {
    pending = Buffer.concat([pending, bytes]);
    let end = 0;
    while (pending.length - end >= 5) {
      const length = pending.readInt32BE(end + 1);
      if (length < 4) return isMalformed;
      if (pending.length - end < 1 + length) break;
      const type = String.fromCharCode(pending[end] ?? 0);
      const body = pending.subarray(end + 5, end + 1 + length);
      if (type === 'R' && !isTls && body.length >= 4 && body.readInt32BE(0) === clearText) {
        return { refusal: 'asks for the password in clear text without TLS' };
      }
      if (forms[type]?.(body) !== true) return isMalformed;
      end += 1 + length;
    }
    const whole = pending.subarray(0, end);
    pending = pending.subarray(end);
    return { bytes: whole };
  };
}

/** Whether the body of a message has the form of its type. Other types do not occur in a check. */
const forms: Readonly<Record<string, (body: Buffer) => boolean>> = {
  R: isAuthentication,
  S: (body) => countTexts(body) === 2,
  K: (body) => body.length >= 8,
  Z: (body) => body.length === 1,
  E: isReport,
  N: isReport,
  T: isRowDescription,
  D: (body) => body.length >= 2,
  C: (body) => countTexts(body) === 1,
  A: (body) => body.length > 4 && countTexts(body.subarray(4)) === 2,
  I: (body) => body.length === 0,
};

function isAuthentication(body: Buffer): boolean {
  if (body.length < 4) return false;
  const kind = body.readInt32BE(0);
  const rest = body.subarray(4);
  // A list of texts that ends with an empty one.
  if (kind === sasl) return rest.length >= 2 && rest.at(-1) === 0 && rest.at(-2) === 0;
  if (kind === saslContinue) {
    const [, rounds] = /(?:^|,)i=(\d{1,9})(?:,|$)/.exec(rest.toString('latin1')) ?? [];
    return rounds !== undefined && Number(rounds) <= mostRounds;
  }
  return true;
}

/** Returns how many texts a body consists of; undefined if the last one does not end with a zero byte. */
function countTexts(body: Buffer): number | undefined {
  if (body.at(-1) !== 0) return undefined;
  return body.filter((byte) => byte === 0).length;
}

/** Fields of one letter and a text, and a zero byte after the last. */
function isReport(body: Buffer): boolean {
  let at = 0;
  while (at < body.length) {
    if (body[at] === 0) return at === body.length - 1;
    const end = body.indexOf(0, at + 1);
    if (end < 0) return false;
    at = end + 1;
  }
  return false;
}

/** The number of columns, and of each its name and 18 bytes. */
function isRowDescription(body: Buffer): boolean {
  if (body.length < 2) return false;
  const columns = body.readInt16BE(0);
  let at = 2;
  for (let column = 0; column < columns; column += 1) {
    const end = body.indexOf(0, at);
    if (end < 0) return false;
    at = end + 1 + 18;
  }
  return columns >= 0 && at === body.length;
}
