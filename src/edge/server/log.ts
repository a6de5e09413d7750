import { once } from 'node:events';
import { type DestinationStream, type LoggerOptions, pino } from 'pino';
import type { Config } from '../../platform/config/config.ts';

/**
 * Creates the log: JSON lines on standard output. It writes only named fields: of a request no headers,
 * body or query string; of an error no parameters or details.
 *
 * @param destination receives the lines instead.
 */
export function createLog(
  { logLevel }: Pick<Config, 'logLevel'>,
  destination: DestinationStream = standardOutput(),
) {
  const options: LoggerOptions = {
    level: logLevel,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: describeLoggedError },
    redact: {
      paths: ['*.authorization', '*.secret', '*.password', '*.token'],
      censor: '[redacted]',
    },
  };
  return pino(options, destination);
}

/** Opens standard output. Lines are written in the background, in order. */
export function standardOutput() {
  return pino.destination(1);
}

/**
 * Ends an output when its last line is written, or after a second if nobody reads it. An earlier exit
 * could reverse the order of the last lines.
 */
export async function endOutput(output: ReturnType<typeof standardOutput>): Promise<void> {
  const closed = once(output, 'close', { signal: AbortSignal.timeout(1_000) });
  output.end();
  await closed.catch(() => {});
}

type LoggedError = {
  type: string;
  message: string;
  stack?: string;
  code?: unknown;
  cause?: unknown;
};

/*
 * Describes an error by chosen fields only, because errors of a driver or of Prisma also carry the values
 * of a statement.
 */
function describeLoggedError(error: unknown, depth = 0): LoggedError | string {
  if (!(error instanceof Error)) return typeof error;
  const { name, message, stack, cause } = error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return {
    type: name,
    message,
    ...(stack !== undefined && { stack }),
    ...(code !== undefined && { code }),
    ...(cause !== undefined && depth < 4 && { cause: describeLoggedError(cause, depth + 1) }),
  };
}
