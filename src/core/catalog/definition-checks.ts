import type { z } from 'zod';
import { fieldSchema } from './field-schemas.ts';
import { isJsonObject, type JsonObject, type JsonValue } from './json.ts';
import { createPatternCheck } from './patterns.ts';
import {
  fieldsOfTemplate,
  fieldsOfUrl,
  hasControlCharacter,
  readHostTemplate,
  readTextTemplate,
  readUrlTemplate,
  type TextTemplate,
  type UrlTemplate,
} from './templates.ts';
import { toField } from './to-field.ts';
import {
  customForm,
  type FieldDefinition,
  fieldDefinition,
  fieldOfUnknownKind,
  type HttpDefinition,
  httpDefinition,
  type OAuthDefinition,
  oauth2Definition,
  type RuleDefinition,
  ruleDefinition,
  shippedForm,
  type VerifyDefinition,
  verifyDefinition,
} from './type-definition.ts';

/*
 * The checks of a definition that take more than one key. They look at the parts that have the right form even
 * if others do not, so that the author of a definition learns about all mistakes at once.
 */

/** Checks a type that is shipped with the server. */
export const typeDefinition = shippedForm.superRefine(reportProblems, { when: () => true });

/** Checks a type that a user has defined. */
export const customTypeDefinition = customForm.superRefine(reportProblems, { when: () => true });

type Path = (string | number)[];
type Complain = (message: string, ...path: Path) => void;

/** The well-formed parts of a definition, with the names of all its fields. */
type Parts = {
  fields: { index: number; field: FieldDefinition }[];
  byName: ReadonlyMap<string, FieldDefinition>;
  /** Also the names of fields that are not well-formed. */
  names: ReadonlySet<string>;
  rules: { index: number; rule: RuleDefinition }[];
  oauth2: OAuthDefinition | undefined;
  http: HttpDefinition | undefined;
  verify: VerifyDefinition | undefined;
};

function reportProblems(definition: unknown, context: z.core.$RefinementCtx): void {
  if (!isJsonObject(definition)) return;
  const parts = partsOf(definition);
  const complain: Complain = (message, ...path) =>
    context.addIssue({ code: 'custom', message, path });
  checkUnknownKinds(definition, complain);
  checkFieldDefinitions(parts, complain);
  checkRules(parts, complain);
  if (parts.oauth2 !== undefined) checkOAuth(parts.oauth2, parts, complain);
  if (parts.http !== undefined) checkHttp(parts.http, parts, complain);
  if (parts.verify !== undefined) checkVerify(parts.verify, definition, { parts, complain });
}

/** The form cannot check a field whose kind it does not know, except for the keys of every kind. */
function checkUnknownKinds({ fields }: JsonObject, complain: Complain): void {
  const kinds: ReadonlySet<unknown> = new Set(
    fieldDefinition.options.map(({ shape }) => shape.kind.value),
  );
  for (const [index, field] of itemsOf(fields).entries()) {
    if (!isJsonObject(field) || kinds.has(field.kind)) continue;
    for (const { message, path } of fieldOfUnknownKind.safeParse(field).error?.issues ?? []) {
      complain(message, 'fields', index, ...path.map(String));
    }
  }
}

function partsOf(definition: JsonObject): Parts {
  const listed = itemsOf(definition.fields);
  const fields = listed.flatMap((each, index) => {
    const { data } = fieldDefinition.safeParse(each);
    return data === undefined ? [] : [{ index, field: data }];
  });
  const names = listed.flatMap((each) =>
    isJsonObject(each) && typeof each.name === 'string' ? [each.name] : [],
  );
  const byName = new Map<string, FieldDefinition>();
  for (const { field } of fields) if (!byName.has(field.name)) byName.set(field.name, field);
  const rules = itemsOf(definition.rules).flatMap((each, index) => {
    const { data } = ruleDefinition.safeParse(each);
    return data === undefined ? [] : [{ index, rule: data }];
  });
  return {
    fields,
    byName,
    names: new Set(names),
    rules,
    oauth2: oauth2Definition.safeParse(definition.oauth2).data,
    http: httpDefinition.safeParse(definition.http).data,
    verify: verifyDefinition.safeParse(definition.verify).data,
  };
}

function itemsOf(value: JsonValue | undefined): JsonValue[] {
  return Array.isArray(value) ? value.slice(0, 200) : [];
}

function checkFieldDefinitions({ fields, byName }: Parts, complain: Complain): void {
  const findPatternProblem = createPatternCheck();
  for (const { index, field } of fields) {
    const at: Path = ['fields', index];
    if (byName.get(field.name) !== field) complain('Is used twice', ...at, 'name');
    if (field.required && 'default' in field) {
      complain('A required field has no default', ...at, 'default');
    }
    if (field.kind === 'enum') checkEnum(field, at, complain);
    if (field.kind === 'string') {
      const problem = field.pattern === undefined ? undefined : findPatternProblem(field.pattern);
      if (problem !== undefined) complain(problem, ...at, 'pattern');
      if ((field.min_length ?? 0) > (field.max_length ?? Number.POSITIVE_INFINITY)) {
        complain('Must not be greater than max_length', ...at, 'min_length');
      }
      if (problem !== undefined) continue;
    }
    if (!isGoodDefault(field)) complain('Is not a valid value of this field', ...at, 'default');
  }
}

/** zod fills in a default unseen, so a required copy of the field judges it. Blank text is always possible. */
function isGoodDefault(field: FieldDefinition): boolean {
  const { default: value, ...copy } = toField(field, []);
  if (field.kind === 'enum' || !('default' in field) || value === '') return true;
  return fieldSchema({ ...copy, required: true }).safeParse(value).success;
}

function checkEnum(
  { enum: values, const: isConst, default: fallback }: FieldDefinition & { kind: 'enum' },
  at: Path,
  complain: Complain,
): void {
  if (fallback !== undefined && !values.includes(fallback)) {
    complain('Must be one of the enum', ...at, 'default');
  }
  if (isConst && (values.length > 1 || fallback === undefined)) {
    complain('Takes one enum value, which is the default', ...at, 'const');
  }
}

function checkRules({ rules, names, byName }: Parts, complain: Complain): void {
  for (const { index, rule } of rules) {
    const at: Path = ['rules', index];
    if (fieldsOf(rule).length === 0) complain('Must have a field', ...at);
    for (const name of fieldsOf(rule)) {
      if (!names.has(name)) complain(`The type has no field ${name}`, ...at);
    }
    if (!('when' in rule)) continue;
    const conditions = Object.entries(rule.when);
    if (conditions.length !== 1) complain('Must have one field', ...at, 'when');
    for (const [name, value] of conditions) {
      const field = byName.get(name);
      if (field?.kind === 'enum' && field.enum.includes(value)) continue;
      complain('Must be a value of an enum field', ...at, 'when', name);
    }
  }
}

function fieldsOf(rule: RuleDefinition): string[] {
  if ('one_of' in rule) return rule.one_of.flat();
  if ('with' in rule) return [...Object.keys(rule.with), ...Object.values(rule.with).flat()];
  return [...Object.keys(rule.when), ...rule.require];
}

const requiredEndpoints = ['authorization_url', 'token_url'] as const;
const urls = [
  ...requiredEndpoints,
  'issuer',
  'refresh_url',
  'revocation_url',
  'userinfo_url',
] as const;

function checkOAuth(oauth2: OAuthDefinition, parts: Parts, complain: Complain): void {
  const { byName, names } = parts;
  for (const name of requiredEndpoints) {
    const isGiven = oauth2[name] !== undefined || oauth2.issuer !== undefined;
    if (isGiven || byName.get(name)?.required) continue;
    complain('Is missing here and among the required fields', 'oauth2', name);
  }
  for (const name of urls) {
    const text = oauth2[name];
    if (text === undefined) continue;
    const url = checkUrl(text, parts, (message) => complain(message, 'oauth2', name));
    if (url !== undefined && url.baseField !== null) {
      complain('Must begin with https:// and a host', 'oauth2', name);
    }
  }
  const hasClient = oauth2.client_auth === 'none' ? ['client_id'] : ['client_id', 'client_secret'];
  for (const name of hasClient) {
    if (!names.has(name)) complain(`An OAuth type must have the field ${name}`, 'fields');
  }
  const secret = parts.fields.find(({ field }) => field.name === 'client_secret');
  if (secret !== undefined && !secret.field.secret) {
    complain('Must be true for client_secret', 'fields', secret.index, 'secret');
  }
  for (const key of ['authorization_params', 'token_params'] as const) {
    for (const [name, value] of Object.entries(oauth2[key])) {
      checkTemplate(value, publicNames(parts), (message) => complain(message, 'oauth2', key, name));
    }
  }
  checkShownMembers(oauth2, complain);
}

/** The members of a token response that no reader of a connection sees. */
const tokenMembers = new Set(['access_token', 'refresh_token', 'id_token']);

/** What a type keeps or shows of a token response must not be a token under another name. */
function checkShownMembers({ account, keep, response }: OAuthDefinition, complain: Complain): void {
  const check = (member: string, ...path: Path) => {
    if (/(?:token|secret|password|assertion)$/i.test(member)) {
      complain('Must not name a token or a secret', 'oauth2', ...path);
    }
  };
  for (const key of ['id', 'label'] as const) check(account?.[key] ?? '', 'account', key);
  for (const [index, member] of keep.entries()) check(member, 'keep', index);
  for (const [name, member] of Object.entries(response)) {
    if (!tokenMembers.has(name)) check(member, 'response', name);
    else if (name === 'access_token' && /refresh_?token$/i.test(member)) {
      complain('Must not be the refresh token', 'oauth2', 'response', name);
    }
  }
}

/** Header names that the server writes itself, or that would let a definition smuggle a request. */
const ownHeaders =
  /^(?:host|connection|content-length|transfer-encoding|te|trailer|upgrade|expect|keep-alive|proxy-.*|content-type|forwarded|x-forwarded-.*)$/i;
const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

function checkHttp(http: HttpDefinition, parts: Parts, complain: Complain): void {
  const base = checkUrl(http.base_url, parts, (message) => complain(message, 'http', 'base_url'));
  if (http.base_url.includes('?')) complain('Must have no query', 'http', 'base_url');
  if (base?.baseField === null && !isOnHosts(http.base_url, http)) {
    complain('Must include the host of base_url', 'http', 'hosts');
  }
  for (const [index, text] of (http.hosts ?? []).entries()) {
    const host = readHostTemplate(text);
    if ('problem' in host) complain(host.problem, 'http', 'hosts', index);
    else
      checkNames(fieldsOfTemplate(host), parts, (message) =>
        complain(message, 'http', 'hosts', index),
      );
  }
  const values = carriedNames(parts);
  for (const [index, injection] of (http.inject ?? []).entries()) {
    const at: Path = ['http', 'inject', index];
    for (const key of ['name', 'value'] as const) {
      const text = injection[key];
      if (text === undefined || (key === 'name' && injection.in !== 'basic')) continue;
      checkTemplate(text, values, (message) => complain(message, ...at, key));
    }
    if (injection.in === 'header')
      checkHeader(injection.name, (message) => complain(message, ...at, 'name'));
  }
  checkHeaders(http.headers, parts, (message, name) => complain(message, 'http', 'headers', name));
}

function checkVerify(
  verify: VerifyDefinition,
  definition: JsonObject,
  { parts, complain }: { parts: Parts; complain: Complain },
): void {
  if (verify.protocol !== undefined) {
    for (const [parameter, name] of Object.entries(verify.fields)) {
      if (!parts.names.has(name))
        complain(`The type has no field ${name}`, 'verify', 'fields', parameter);
    }
    if (verify.url !== undefined && !parts.names.has(verify.url)) {
      complain('Must be the name of a field', 'verify', 'url');
    }
    return;
  }
  if (definition.http === undefined) complain('Requires http', 'verify');
  if ((verify.path === undefined) === (verify.url === undefined)) {
    complain('Must have either path or url', 'verify');
  }
  if (verify.path !== undefined) {
    const rest = `https://host.example.com${verify.path}`;
    if (!verify.path.startsWith('/')) complain('Must begin with /', 'verify', 'path');
    else
      checkUrl(rest, parts, (message) => complain(message, 'verify', 'path'), carriedNames(parts));
  }
  if (verify.url !== undefined) {
    const url = checkUrl(verify.url, parts, (message) => complain(message, 'verify', 'url'));
    if (url !== undefined && parts.http !== undefined && !isOnHosts(verify.url, parts.http)) {
      complain('Must be on one of the hosts in http', 'verify', 'url');
    }
  }
  checkHeaders(verify.headers, parts, (message, name) =>
    complain(message, 'verify', 'headers', name),
  );
}

/** Whether the host of a URL template is, letter for letter, one of the type's hosts. */
function isOnHosts(text: string, { base_url: base, hosts }: HttpDefinition): boolean {
  const hostOf = (url: string) => /^(?:https?:\/\/)?([^/?]+)/.exec(url)?.[1]?.toLowerCase();
  const allowed = hosts ?? [base];
  return allowed.some((host) => hostOf(host) === hostOf(text));
}

function checkHeaders(
  headers: Readonly<Record<string, string>>,
  parts: Parts,
  complain: (message: string, name: string) => void,
): void {
  for (const [name, value] of Object.entries(headers)) {
    checkHeader(name, (message) => complain(message, name));
    checkTemplate(value, publicNames(parts), (message) => complain(message, name));
  }
}

function checkHeader(name: string, complain: (message: string) => void): void {
  if (!headerName.test(name)) complain('Must be the name of a header');
  else if (ownHeaders.test(name)) complain('Is a header that the server writes itself');
}

function checkTemplate(
  text: string,
  names: ReadonlySet<string>,
  complain: (message: string) => void,
): TextTemplate | undefined {
  const template = readTextTemplate(text);
  if (template === undefined) complain('Has a brace outside of {field}');
  else if (hasControlCharacter(text)) complain('Holds a line break or another control character');
  for (const name of fieldsOfTemplate(template ?? [])) {
    if (!names.has(name)) complain(unknownName(name));
  }
  return template;
}

/** Checks a URL with its places. The host takes public fields only: it is visible to a DNS server. */
function checkUrl(
  text: string,
  parts: Parts,
  complain: (message: string) => void,
  restNames: ReadonlySet<string> = carriedNames(parts),
): UrlTemplate | undefined {
  const url = readUrlTemplate(text);
  if ('problem' in url) {
    complain(url.problem);
    return undefined;
  }
  for (const name of fieldsOfTemplate(url.rest))
    if (!restNames.has(name)) complain(unknownName(name));
  checkNames(fieldsOfUrl({ ...url, rest: [] }), parts, complain);
  const base = url.baseField === null ? undefined : parts.byName.get(url.baseField);
  if (base !== undefined && base.kind !== 'url')
    complain(`The field ${base.name} must be of the kind url`);
  return url;
}

/** Checks the names in a host: fields that are public, or members that the provider returned. */
function checkNames(
  names: readonly string[],
  parts: Parts,
  complain: (message: string) => void,
): void {
  for (const name of names) {
    if (parts.byName.get(name)?.secret) complain(`A host must not hold the secret ${name}`);
    else if (!publicNames(parts).has(name)) complain(unknownName(name));
  }
}

function unknownName(name: string): string {
  return `The type has no field ${name} that may stand here`;
}

/** The names of what a request may hold besides the credential. */
function publicNames({ names, byName, oauth2 }: Parts): ReadonlySet<string> {
  const fields = [...names].filter((name) => byName.get(name)?.secret !== true);
  return new Set([...fields, ...(oauth2?.keep ?? []).map(lastStep)]);
}

/** The names of what a request to the service may hold. The client of an OAuth type never leaves the server. */
function carriedNames(parts: Parts): ReadonlySet<string> {
  if (parts.oauth2 === undefined) return parts.names;
  return new Set([...publicNames(parts), 'access_token']);
}

function lastStep(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}
