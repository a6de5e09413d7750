import { describe, expect, it } from 'vitest';
import {
  type ConnectionType,
  findShippedType,
  listShippedTypes,
} from '../../src/core/catalog/catalog.ts';
import type { OAuthFacts } from '../../src/core/catalog/facts.ts';
import type { Field } from '../../src/core/catalog/fields.ts';
import contract from './fixtures/connection-types.json' with { type: 'json' };

function fieldInContractWords(field: Field) {
  return {
    name: field.name,
    kind: field.kind,
    ...(field.secret && { secret: true }),
    required: field.required,
    ...(field.default !== undefined && { default: field.default }),
    ...(field.enum && { enum: field.enum }),
    ...(field.const && { const: true }),
  };
}

function oauthInContractWords(facts: OAuthFacts) {
  return {
    default_scopes: facts.defaultScopes,
    ...(facts.alwaysScopes.length > 0 && { always_scopes: facts.alwaysScopes }),
    authorization_endpoint: facts.authorizationEndpoint?.text ?? null,
    token_endpoint: facts.tokenEndpoint?.text ?? null,
    revocation_endpoint: facts.revocationEndpoint?.text ?? null,
    extra_authorization_params: Object.fromEntries(
      Object.entries(facts.extraAuthorizationParams).map(([name, value]) => [name, value.join('')]),
    ),
    client_authentication: facts.clientAuthentication,
  };
}

function inContractWords({ type, label, category, fields, oauth2 }: ConnectionType) {
  return {
    type,
    label,
    category,
    fields: fields.map(fieldInContractWords),
    ...(oauth2 && { oauth2: oauthInContractWords(oauth2) }),
  };
}

/** Whether a provider issues refresh tokens is not in the catalogue: its answer says so. */
function withoutUnusedFacts<Entry extends { oauth2?: object }>(entry: Entry) {
  if (entry.oauth2 === undefined) return entry;
  const { issues_refresh_token: _, ...oauth2 } = entry.oauth2 as Record<string, unknown>;
  return { ...entry, oauth2 };
}

describe('the catalogue', () => {
  it('holds the 75 types of the contract and no other of that name, each once', () => {
    const names = listShippedTypes()
      .map(({ type }) => type)
      .filter((type) => type.startsWith('dynamiq.'));
    expect(names).toHaveLength(75);
    expect(names.toSorted()).toEqual(contract.map(({ type }) => type).toSorted());
  });

  it.each(contract)('describes $type as the contract does', ({ rules: _, ...entry }) => {
    const type = findShippedType(entry.type);
    expect(type && inContractWords(type)).toEqual(withoutUnusedFacts(entry));
  });

  it('has rules for the types that have them in the contract, and for providers of its own', () => {
    const ruled = listShippedTypes()
      .filter(({ type, rules }) => type.startsWith('dynamiq.') && rules.length > 0)
      .map(({ type }) => type);
    const expected = contract.filter(
      ({ rules, oauth2 }) => rules !== undefined || oauth2?.token_endpoint,
    );
    expect(ruled.toSorted()).toEqual(expected.map(({ type }) => type).toSorted());
  });

  it('names only fields of the type in the rules of a type', () => {
    for (const { fields, rules } of listShippedTypes()) {
      const names = fields.map(({ name }) => name);
      for (const rule of rules) {
        if (rule.kind === 'together')
          expect(names).toEqual(expect.arrayContaining([...rule.fields]));
        if (rule.kind === 'one_of')
          expect(names).toEqual(expect.arrayContaining(rule.groups.flat()));
        if (rule.kind === 'when') {
          expect(names).toEqual(expect.arrayContaining([rule.field, ...rule.needs]));
          expect(fields.find(({ name }) => name === rule.field)?.enum).toContain(rule.equals);
        }
      }
    }
  });

  it('requires a positive number for every field with timeout in its name', () => {
    const numbers = listShippedTypes()
      .flatMap(({ fields }) => fields)
      .filter(({ kind, name }) => /^(integer|number)$/.test(kind) && name.includes('timeout'));
    expect(numbers.length).toBeGreaterThan(0);
    expect(numbers.filter(({ format }) => format !== 'seconds')).toEqual([]);
  });

  it('requires texts in all headers and env, and seals them', () => {
    const maps = listShippedTypes()
      .flatMap(({ fields }) => fields)
      .filter(({ name }) => name === 'headers' || name === 'env');
    expect(maps.length).toBeGreaterThan(0);
    expect(maps.filter(({ format, secret }) => format !== 'texts' || !secret)).toEqual([]);
  });
});

describe('findShippedType', () => {
  it.each(['', 'OpenAI', 'dynamiq.connections.openai', '__proto__', 'constructor', 'toString'])(
    'knows no type %j',
    (name) => expect(findShippedType(name)).toBeUndefined(),
  );
});
