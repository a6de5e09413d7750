import { type DestinationStream, type LoggerOptions, pino } from 'pino';
import type { Config } from '../config.ts';

/**
 * The log: JSON lines on standard output. Nothing is logged but what is named: of a request neither
 * headers, body nor query string, of an error neither its parameters nor its details.
 *
 * @param destination where the lines go instead.
 */
export function createLog(
  { logLevel }: Pick<Config, 'logLevel'>,
  destination: DestinationStream = pino.destination(1),
) {
  const options: LoggerOptions = {
    level: logLevel,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: describeError },
    redact: {
      paths: ['*.authorization', '*.secret', '*.password', '*.token'],
      censor: '[redacted]',
    },
  };
  return pino(options, destination);
}

type LoggedError = {
  type: string;
  message: string;
  stack?: string;
  code?: unknown;
  cause?: unknown;
};

/* Errors of a driver or of Prisma carry the values of a statement beside their message. */
function describeError(error: unknown, depth = 0): LoggedError | string {
  if (!(error instanceof Error)) return typeof error;
  const { name, message, stack, cause } = error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return {
    type: name,
    message,
    ...(stack !== undefined && { stack }),
    ...(code !== undefined && { code }),
    ...(cause !== undefined && depth < 4 && { cause: describeError(cause, depth + 1) }),
  };
}
