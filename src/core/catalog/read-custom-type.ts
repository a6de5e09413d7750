import type { z } from 'zod';
import type { FieldIssue } from '../../platform/field-issues.ts';
import { fieldIssues } from '../../platform/input.ts';
import { longestDefinition } from '../../platform/limits.ts';
import { type ConnectionType, toConnectionType } from './catalog.ts';
import { messageOf } from './complaints.ts';
import { customTypeDefinition } from './definition-checks.ts';
import { isJsonObject, type JsonObject } from './json.ts';
import { sanitizeLogo } from './sanitize-logo.ts';
import { findNestedProblem, findUnwritable } from './text-safety.ts';
import type { TypeDefinition } from './type-definition.ts';

/** A definition without a mistake. */
export type CheckedDefinition = {
  /** As its author wrote it, with only what draws in its logo. */
  written: JsonObject;
  /** The same with all defaults filled in. */
  definition: z.output<typeof customTypeDefinition>;
};

/** A definition without a mistake and its type; or all mistakes, each at its path. */
type ReadCustomType =
  | ({ ok: true; type: ConnectionType } & CheckedDefinition)
  | { ok: false; issues: FieldIssue[] };

/**
 * Reads the definition of a custom type, and finds everything that is wrong with it. Its depth and its size are
 * checked first, because the other checks take time in proportion to them. Paths are as in `fields.0.kind`; an
 * empty path is the definition itself.
 */
export function readCustomType(written: unknown): ReadCustomType {
  if (!isJsonObject(written)) return refuse({ path: '', message: 'must be an object' });
  const nested = findNestedProblem(written, 1);
  if (nested !== undefined) return refuse({ path: '', message: messageOf(nested) });
  const unwritable = findUnwritable(written);
  if (unwritable.length > 0) {
    const issues = unwritable.map(({ path, found }) => ({
      path: path.join('.'),
      message: messageOf(found),
    }));
    return refuse(...issues);
  }
  if (Buffer.byteLength(JSON.stringify(written)) > longestDefinition) {
    return refuse({ path: '', message: `cannot be larger than ${longestDefinition / 1024} KiB` });
  }
  const logo = typeof written.logo === 'string' ? sanitizeLogo(written.logo) : undefined;
  const harmless = logo?.ok ? { ...written, logo: logo.svg } : written;
  const parsed = customTypeDefinition.safeParse(harmless);
  if (parsed.success && logo?.ok !== false) {
    const definition = parsed.data;
    return { ok: true, written: harmless, definition, type: toConnectionType(definition) };
  }
  const found = (parsed.error?.issues ?? []).map((issue) => ({
    ...issue,
    message: wordsAfterPath(issue),
  }));
  const issues = fieldIssues(found);
  if (logo?.ok === false) issues.push({ path: 'logo', message: logo.complaint });
  return refuse(...issues);
}

function refuse(...issues: FieldIssue[]): ReadCustomType {
  return { ok: false, issues };
}

/** Returns the words of a problem in the form that follows a path. */
function wordsAfterPath(issue: z.core.$ZodIssue): string {
  const { code, message } = issue;
  if (code === 'invalid_type') {
    return message.endsWith('received undefined') ? 'cannot be blank' : `must be ${issue.expected}`;
  }
  if (code === 'invalid_union' && issue.discriminator !== undefined) return 'is not a known value';
  if (!/^[A-Z][a-z]/.test(message)) return message;
  return `${message.charAt(0).toLowerCase()}${message.slice(1)}`;
}

/** Returns the endpoints that a definition leaves to the metadata of its issuer, and that no config gives. */
export function findMissingEndpoints({ oauth2, fields }: TypeDefinition): FieldIssue[] {
  if (oauth2 === undefined) return [];
  const isField = (wanted: string) =>
    fields.some(({ name, required }) => required && name === wanted);
  return (['authorization_url', 'token_url'] as const)
    .filter((name) => oauth2[name] === undefined && !isField(name))
    .map((name) => ({
      path: `oauth2.${name}`,
      message: 'is missing here, in the metadata of the issuer and among the required fields',
    }));
}
