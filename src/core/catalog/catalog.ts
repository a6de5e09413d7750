import { z } from 'zod';
import { typeDefinition } from './definition-checks.ts';
import {
  type HttpFacts,
  type OAuthFacts,
  toHttpFacts,
  toOAuthFacts,
  toVerifyFacts,
  type VerifyFacts,
} from './facts.ts';
import type { Field } from './fields.ts';
import { isJsonObject } from './json.ts';
import type { Rule } from './rules.ts';
import { toField } from './to-field.ts';
import {
  categories,
  type RuleDefinition,
  type ShippedCategory,
  shippedForm,
  type TypeDefinition,
} from './type-definition.ts';
import accounting from './types/accounting.json' with { type: 'json' };
import analytics from './types/analytics.json' with { type: 'json' };
import audio from './types/audio.json' with { type: 'json' };
import calendar from './types/calendar.json' with { type: 'json' };
import cloud from './types/cloud.json' with { type: 'json' };
import commerce from './types/commerce.json' with { type: 'json' };
import communication from './types/communication.json' with { type: 'json' };
import crm from './types/crm.json' with { type: 'json' };
import data from './types/data.json' with { type: 'json' };
import database from './types/database.json' with { type: 'json' };
import design from './types/design.json' with { type: 'json' };
import developer from './types/developer.json' with { type: 'json' };
import document from './types/document.json' with { type: 'json' };
import graph from './types/graph.json' with { type: 'json' };
import hr from './types/hr.json' with { type: 'json' };
import http from './types/http.json' with { type: 'json' };
import llm from './types/llm.json' with { type: 'json' };
import marketing from './types/marketing.json' with { type: 'json' };
import mcp from './types/mcp.json' with { type: 'json' };
import monitoring from './types/monitoring.json' with { type: 'json' };
import oauth2 from './types/oauth2.json' with { type: 'json' };
import payments from './types/payments.json' with { type: 'json' };
import productivity from './types/productivity.json' with { type: 'json' };
import sandbox from './types/sandbox.json' with { type: 'json' };
import security from './types/security.json' with { type: 'json' };
import social from './types/social.json' with { type: 'json' };
import storage from './types/storage.json' with { type: 'json' };
import support from './types/support.json' with { type: 'json' };
import vectorStore from './types/vector_store.json' with { type: 'json' };
import webSearch from './types/web_search.json' with { type: 'json' };

/** One kind of external service: what its config holds, and which configs are good. */
export type ConnectionType = {
  /** The identifier that clients send, such as `dynamiq.connections.OpenAI`. */
  type: string;
  /** Its name for people. */
  label: string;
  category: string;
  /** `custom`: a user has defined it. */
  origin: 'shipped' | 'custom';
  /** Grows with each change of a custom type; 1 for a shipped one. */
  version: number;
  /** The id of its row; null for a type that is in no database. */
  customTypeId: string | null;
  /** The only project that may use it; null for every project. */
  projectId: string | null;
  /** One sentence about the service. */
  description: string | null;
  /** The page of the service's documentation. */
  docsUrl: string | null;
  /** The page where a person finds or makes the key. */
  keyUrl: string | null;
  /** An SVG of one colour, or `simple-icons:` and the name of an icon. */
  logo: string | null;
  /** In the order of a form. */
  fields: readonly Field[];
  rules: readonly Rule[];
  oauth2?: OAuthFacts;
  /** How a request carries the credential; left out where the server cannot call the service. */
  http?: HttpFacts;
  /** How to ask whether a credential works; left out where there is no way. */
  verify?: VerifyFacts;
};

const shippedFiles: Record<ShippedCategory, readonly { type: string }[]> = {
  accounting,
  analytics,
  audio,
  calendar,
  cloud,
  commerce,
  communication,
  crm,
  data,
  database,
  design,
  developer,
  document,
  graph,
  hr,
  http,
  llm,
  marketing,
  mcp,
  monitoring,
  oauth2,
  payments,
  productivity,
  sandbox,
  security,
  social,
  storage,
  support,
  vector_store: vectorStore,
  web_search: webSearch,
};

type ShippedEntry = { definition: unknown; read?: ConnectionType };

// The whole catalogue takes a hundred milliseconds to read, so each type is read when it is first needed.
const shippedByName = new Map<string, ShippedEntry>(
  categories
    .flatMap((category) => shippedFiles[category])
    .map((definition) => [definition.type, { definition }]),
);

/** Returns the shipped type of that identifier, such as `dynamiq.connections.OpenAI`. */
export function findShippedType(type: string): ConnectionType | undefined {
  const entry = shippedByName.get(type);
  if (entry === undefined) return undefined;
  entry.read ??= toConnectionType(shippedForm.parse(entry.definition));
  return entry.read;
}

/** Returns all shipped types, category by category, as a picker lists them. */
export function listShippedTypes(): ConnectionType[] {
  return [...shippedByName.keys()].flatMap((type) => findShippedType(type) ?? []);
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

/** Converts a definition that was checked. */
export function toConnectionType(definition: TypeDefinition): ConnectionType {
  const { type, label, category, fields, rules, oauth2, http, verify } = definition;
  return {
    type,
    label,
    category,
    origin: type.startsWith('custom.') ? 'custom' : 'shipped',
    version: 1,
    customTypeId: null,
    projectId: null,
    description: definition.description ?? null,
    docsUrl: definition.docs_url ?? null,
    keyUrl: definition.key_url ?? null,
    logo: definition.logo ?? null,
    fields: fields.map((field) => toField(field, oauth2?.default_scopes ?? [])),
    rules: rules.flatMap(toRules),
    ...(oauth2 !== undefined && { oauth2: toOAuthFacts(oauth2) }),
    ...(http !== undefined && { http: toHttpFacts(http, oauth2 !== undefined) }),
    ...(verify !== undefined && { verify: toVerifyFacts(verify) }),
  };
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
