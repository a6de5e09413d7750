#!/usr/bin/env node
import { readConfig } from '../../platform/config/config.ts';
import { AppError, ConfigError } from '../../platform/errors.ts';
import { commands } from './commands.ts';
import { parseCommandLine, UsageError, usage } from './parse.ts';

/* Results go to standard output, everything else to standard error. */

try {
  const asked = parseCommandLine(commands, process.argv.slice(2));
  if (asked.kind === 'help') process.stdout.write(asked.text);
  else {
    const run = await asked.command.load();
    process.exitCode = await run(asked.options, () => readConfig(process.env));
  }
} catch (error) {
  process.stderr.write(`${describeCommandFailure(error)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
process.exit(); // the embedded database leaves a timer that would keep the process alive

function describeCommandFailure(error: unknown): string {
  if (error instanceof UsageError) return `${error.message}\n\n${usage(commands)}`;
  if (error instanceof ConfigError || error instanceof AppError) return error.message;
  return error instanceof Error ? `The command failed: ${error.message}` : String(error);
}
