import { type ParseArgsConfig, parseArgs } from 'node:util';
import type { Config } from '../../platform/config/config.ts';

/** The options of a command as they were given. */
type Options = Readonly<Record<string, string | boolean | undefined>>;

export type Command = {
  name: string;
  /** The options of the command, as the usage shows them after its name. */
  syntax: string;
  /** The purpose of the command, in one line. */
  summary: string;
  options: Record<string, { type: 'string' | 'boolean'; required?: boolean }>;
  load(): Promise<RunCommand>;
};

/**
 * Runs a command and returns the exit code of the process. It reads the configuration when it calls
 * `config`.
 */
export type RunCommand = (options: Options, config: () => Config) => Promise<number>;

/** The command line is not valid. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

type ParsedCommandLine =
  | { kind: 'help'; text: string }
  | { kind: 'run'; command: Command; options: Options };

/**
 * Finds the command and its options in a command line.
 *
 * @throws UsageError if there is no such command or option.
 */
export function parseCommandLine(
  commands: readonly Command[],
  args: readonly string[],
): ParsedCommandLine {
  const [name, ...rest] = args;
  if (name === undefined || name === 'help' || args.includes('--help')) {
    return { kind: 'help', text: usage(commands) };
  }
  const command = commands.find((candidate) => candidate.name === name);
  if (command === undefined) throw new UsageError(`There is no command "${name}".`);
  return { kind: 'run', command, options: parseOptions(command, rest) };
}

function parseOptions(command: Command, args: readonly string[]): Options {
  const options: ParseArgsConfig['options'] = Object.fromEntries(
    Object.entries(command.options).map(([name, { type }]) => [name, { type }]),
  );
  let values: Options;
  try {
    ({ values } = parseArgs({ args: [...args], options, allowPositionals: false }) as {
      values: Options; // no option is given more than once
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
  for (const [name, { required }] of Object.entries(command.options)) {
    if (required && values[name] === undefined) throw new UsageError(`--${name} is missing.`);
  }
  return values;
}

export function usage(commands: readonly Command[]): string {
  const calls = commands.map(({ name, syntax }) => `${name} ${syntax}`.trimEnd());
  const width = Math.max(...calls.map((call) => call.length));
  const lines = commands.map(({ summary }, n) => `  ${calls[n]?.padEnd(width)}  ${summary}`);
  return `Usage: patchbay COMMAND, with the same environment as the server:\n\n${lines.join('\n')}\n`;
}
