import { z } from 'zod';
import { type Field, labelOf } from './fields.ts';
import { isJsonObject } from './json.ts';
import type { Rule } from './rules.ts';
import {
  categories,
  type FieldDefinition,
  type RuleDefinition,
  type TypeDefinition,
  typeDefinition,
} from './type-definition.ts';
import audio from './types/audio.json' with { type: 'json' };
import cloud from './types/cloud.json' with { type: 'json' };
import database from './types/database.json' with { type: 'json' };
import document from './types/document.json' with { type: 'json' };
import graph from './types/graph.json' with { type: 'json' };
import http from './types/http.json' with { type: 'json' };
import llm from './types/llm.json' with { type: 'json' };
import mcp from './types/mcp.json' with { type: 'json' };
import oauth2 from './types/oauth2.json' with { type: 'json' };
import sandbox from './types/sandbox.json' with { type: 'json' };
import vectorStore from './types/vector_store.json' with { type: 'json' };
import webSearch from './types/web_search.json' with { type: 'json' };

/** How a provider names granted scopes, where that differs from how they were requested. */
export type ScopeFacts = {
  /** Whether two names that differ only in case are one scope. */
  ignoresCase: boolean;
  /** A prefix that a scope is named with or without. */
  optionalPrefix: string;
  /** Another name of a scope → the name that it is compared by. */
  aliases: ReadonlyMap<string, string>;
  /** A scope → narrower scopes that it includes and that the provider then does not name. */
  includes: ReadonlyMap<string, readonly string[]>;
  /** Scopes that the provider grants and never names. */
  unnamed: readonly string[];
};

/** The scope facts of a provider that grants scopes under the names by which they were requested. */
export const literalScopes: ScopeFacts = {
  ignoresCase: false,
  optionalPrefix: '',
  aliases: new Map(),
  includes: new Map(),
  unnamed: [],
};

/** Facts about an OAuth 2.0 provider. An endpoint is null where the config gives it or the provider has none. */
export type OAuthFacts = {
  /** Requested when a config names no scopes. */
  defaultScopes: readonly string[];
  /** Requested in addition to whatever a config names. */
  alwaysScopes: readonly string[];
  authorizationEndpoint: string | null;
  tokenEndpoint: string | null;
  revocationEndpoint: string | null;
  /** Added to the consent's URL. */
  extraAuthorizationParams: Readonly<Record<string, string>>;
  /** How the client authenticates at the token endpoint; `basic+json` is Basic with a JSON body. */
  clientAuthentication: 'body' | 'basic' | 'basic+json';
  scopeFacts: ScopeFacts;
};

/** One kind of external service: what its config holds, and which configs are good. */
export type ConnectionType = {
  /** The identifier that clients send, such as `dynamiq.connections.OpenAI`. */
  type: string;
  /** Its name for people. */
  label: string;
  category: TypeDefinition['category'];
  /** In the order of a form. */
  fields: readonly Field[];
  rules: readonly Rule[];
  oauth2?: OAuthFacts;
};

const shippedTypes: Record<TypeDefinition['category'], unknown> = {
  audio,
  cloud,
  database,
  document,
  graph,
  http,
  llm,
  mcp,
  oauth2,
  sandbox,
  vector_store: vectorStore,
  web_search: webSearch,
};

/** Every connection type, category by category, as a picker lists them. */
export const connectionTypes: readonly ConnectionType[] = categories.flatMap((category) =>
  readTypes(`${category}.json`, shippedTypes[category]),
);

const typesByName = new Map(connectionTypes.map((type) => [type.type, type]));

/** Returns the type of that identifier, such as `dynamiq.connections.OpenAI`. */
export function findConnectionType(type: string): ConnectionType | undefined {
  return typesByName.get(type);
}

/** Returns a function that builds something from a type when it is first needed, and then keeps it. */
export function oncePerType<T extends object>(
  build: (type: ConnectionType) => T,
): (type: ConnectionType) => T {
  const built = new WeakMap<ConnectionType, T>();
  return (type) => {
    const known = built.get(type);
    if (known) return known;
    const fresh = build(type);
    built.set(type, fresh);
    return fresh;
  };
}

/**
 * Reads a data file: a list of type definitions.
 *
 * @throws Error with one line per complaint: the file, the type, the path in its definition, the rule.
 */
export function readTypes(file: string, content: unknown): ConnectionType[] {
  const parsed = z.array(typeDefinition).safeParse(content);
  if (parsed.success) return parsed.data.map(toConnectionType);
  const listed: unknown[] = Array.isArray(content) ? content : [];
  const complaints = parsed.error.issues.map(({ path: [index, ...path], message }) => {
    const entry = listed[Number(index)];
    const name = isJsonObject(entry) ? entry.type : index;
    const place = [file, name, z.core.toDotPath(path)];
    const known = place.filter((part) => part !== undefined && part !== '');
    return `${known.join(': ')}: ${message}`;
  });
  throw new Error(complaints.join('\n'));
}

function toConnectionType({ type, label, category, fields, rules, oauth2 }: TypeDefinition) {
  const scopes = oauth2?.default_scopes ?? [];
  const read: ConnectionType = {
    type,
    label,
    category,
    fields: fields.map((field) => toField(field, scopes)),
    rules: rules.flatMap(toRules),
  };
  return oauth2 === undefined ? read : { ...read, oauth2: toOAuthFacts(oauth2) };
}

function toField(definition: FieldDefinition, defaultScopes: string[]): Field {
  const label = labelOf(definition.name);
  if (definition.kind === 'enum') {
    const { const: isConst, ...field } = definition;
    const [value = ''] = field.enum;
    return isConst ? { ...field, label, const: value } : { ...field, label };
  }
  if (definition.kind === 'string[]' && definition.format === 'scopes') {
    return { ...definition, label, default: definition.default ?? defaultScopes };
  }
  return { ...definition, label };
}

function toRules(rule: RuleDefinition): Rule[] {
  if ('one_of' in rule) {
    const [first = [], ...others] = rule.one_of;
    return [{ kind: 'one_of', groups: [first, ...others] }];
  }
  if ('when' in rule) {
    return Object.entries(rule.when).map(([field, equals]) => ({
      kind: 'when',
      field,
      equals,
      needs: rule.require,
    }));
  }
  const entries = Object.entries(rule.with);
  const fields = Object.keys(rule.with);
  const isMutual = entries.every(([field, needs]) => haveSameTexts([field, ...needs], fields));
  // One rule, so that its message names all fields that were given.
  if (isMutual) return [{ kind: 'together', fields }];
  return entries.map(([field, needs]) => ({ kind: 'with', field, needs }));
}

function haveSameTexts(texts: readonly string[], others: readonly string[]): boolean {
  return texts.toSorted().join() === others.toSorted().join();
}

function toOAuthFacts(definition: NonNullable<TypeDefinition['oauth2']>): OAuthFacts {
  const { case_insensitive, optional_prefix, same, includes, unnamed } = definition.scope_equals;
  return {
    defaultScopes: definition.default_scopes,
    alwaysScopes: definition.always_scopes,
    authorizationEndpoint: definition.authorization_url ?? null,
    tokenEndpoint: definition.token_url ?? null,
    revocationEndpoint: definition.revocation_url ?? null,
    extraAuthorizationParams: definition.authorization_params,
    clientAuthentication: definition.client_auth,
    scopeFacts: {
      ignoresCase: case_insensitive,
      optionalPrefix: optional_prefix,
      aliases: new Map(Object.entries(same)),
      includes: new Map(Object.entries(includes)),
      unnamed,
    },
  };
}
