import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import type { Sql } from '../../platform/db/sql.ts';
import { ConfigError, InvalidInputError } from '../../platform/errors.ts';
import { DuplicateKeyError, parseExactly } from '../../platform/exact-json.ts';
import type { FieldIssue } from '../../platform/field-issues.ts';
import { longestDefinition } from '../../platform/limits.ts';
import type { ConnectionType } from './catalog.ts';
import { findMissingEndpoints, readCustomType } from './read-custom-type.ts';

/*
 * The connection types in the folder that CONNECTION_TYPES names: one JSON or YAML file for each type. They are
 * read once, at the start. A mounted folder of Kubernetes holds links to its files, so links are followed.
 */

const endings = /\.(?:json|ya?ml)$/i;

/**
 * Reads every type of a folder; without a folder there are none.
 *
 * @throws ConfigError with one line for each problem of each file: the file, the path in it, the rule.
 */
export async function readTypeFiles(folder: string | undefined): Promise<ConnectionType[]> {
  if (folder === undefined) return [];
  const names = await listFiles(folder);
  const types = new Map<string, { name: string; type: ConnectionType }>();
  const complaints: string[] = [];
  for (const name of names) {
    const result = await readTypeFile(join(folder, name));
    if (Array.isArray(result)) {
      complaints.push(...result.map(({ path, message }) => lineOf(name, path, message)));
      continue;
    }
    const first = types.get(result.type);
    if (first !== undefined) {
      complaints.push(lineOf(name, 'type', `${result.type} is defined in ${first.name} too`));
    } else types.set(result.type, { name, type: result });
  }
  if (complaints.length > 0) {
    throw new ConfigError(`CONNECTION_TYPES has files that are wrong:\n${complaints.join('\n')}`);
  }
  return [...types.values()].map(({ type }) => type);
}

/**
 * Makes sure that no organization has a type with the name of a file's type, because it would be out of reach.
 *
 * @throws ConfigError
 */
export async function requireFreeTypeNames(
  sql: Sql,
  fileTypes: readonly ConnectionType[],
): Promise<void> {
  if (fileTypes.length === 0) return;
  const statement =
    'SELECT DISTINCT name FROM custom_type WHERE name = ANY ($1::text[]) ORDER BY name';
  const names = fileTypes.map(({ type }) => type);
  const taken = await sql<{ name: string }>('taken-type-names', statement, [names]);
  if (taken.length === 0) return;
  const listed = taken.map(({ name }) => name).join(', ');
  throw new ConfigError(
    `CONNECTION_TYPES defines ${listed}, and an organization has a type of that name. Give the types in the files other names.`,
  );
}

function lineOf(name: string, path: string, message: string): string {
  return path === '' ? `${name}: ${message}` : `${name}: ${path} ${message}`;
}

async function listFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    throw new ConfigError(
      `CONNECTION_TYPES must be a folder that this process can read: ${folder} (${error.code}).`,
      { cause: error },
    );
  });
  return names.filter((name) => endings.test(name) && !name.startsWith('.')).sort();
}

async function readTypeFile(path: string): Promise<ConnectionType | FieldIssue[]> {
  try {
    const read = readCustomType(parseFile(path, await readText(path)));
    if (!read.ok) return read.issues;
    // A start must not depend on a request to an issuer.
    const missing = findMissingEndpoints(read.definition);
    return missing.length > 0
      ? missing.map(({ path }) => ({
          path,
          message: 'is missing: a file states the endpoints itself',
        }))
      : read.type;
  } catch (error) {
    if (error instanceof InvalidInputError) return [...error.fields];
    if (error instanceof UnreadableFileError) return [{ path: '', message: error.message }];
    throw error;
  }
}

/** The file holds no definition; the message says why, after its name. */
class UnreadableFileError extends Error {
  override readonly name = 'UnreadableFileError';
}

async function readText(path: string): Promise<string> {
  try {
    // Opening a pipe would wait for its writer.
    if (!(await stat(path)).isFile()) throw new UnreadableFileError('is not a file');
    const chunks: Buffer[] = [];
    // The file may have grown since its size was read, so the stream is the limit.
    for await (const chunk of createReadStream(path, { end: longestDefinition }))
      chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    if (bytes.length > longestDefinition) {
      throw new UnreadableFileError(`is larger than ${longestDefinition / 1024} KiB`);
    }
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof UnreadableFileError) throw error;
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    const isText = code !== 'ERR_ENCODING_INVALID_ENCODED_DATA';
    const why = isText ? `cannot be read (${code})` : 'is not UTF-8';
    throw new UnreadableFileError(why, { cause: error });
  }
}

function parseFile(path: string, text: string): unknown {
  return path.toLowerCase().endsWith('.json') ? parseJson(text) : parseYaml(text);
}

function parseJson(text: string): unknown {
  try {
    return parseExactly(text);
  } catch (error) {
    if (error instanceof DuplicateKeyError) {
      throw new UnreadableFileError(`has ${error.path} twice`, { cause: error });
    }
    if (!(error instanceof SyntaxError)) throw error;
    throw new UnreadableFileError('is not JSON', { cause: error });
  }
}

/** Reads YAML without aliases: a short file with them can stand for gigabytes. */
function parseYaml(text: string): unknown {
  try {
    const document = parseDocument(text, { schema: 'core', uniqueKeys: true, stringKeys: true });
    const [problem] = document.errors;
    if (problem !== undefined) throw problem;
    return document.toJS({ maxAliasCount: 0 });
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : '';
    throw new UnreadableFileError(`is not YAML: ${why.replace(/:$/, '')}`, { cause: error });
  }
}
