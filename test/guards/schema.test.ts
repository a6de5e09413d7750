import { readFile } from 'node:fs/promises';
import {
  buildSchema,
  findBreakingChanges,
  type GraphQLNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  lexicographicSortSchema,
  printSchema,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { isOpenToAnyone, operationOf } from '../../src/core/graphql/operation-field.ts';
import { loadSchema } from '../../src/edge/graphql/schema.ts';
import { nameMissing, notYetBuilt } from './not-yet-built.ts';

const schema = loadSchema();
const readText = (name: string) => readFile(new URL(name, import.meta.url), 'utf8');

test('schema.graphql matches the code; `npm run schema` writes it', async () => {
  const printed = `${printSchema(lexicographicSortSchema(schema))}\n`;
  expect(await readText('../../schema.graphql')).toBe(printed);
});

test('the schema renames, narrows and removes no part of the public contract except the parts that are not yet built', async () => {
  const contract = buildSchema(await readText('contract.graphql'));
  const changes = findBreakingChanges(contract, schema).map(nameMissing);
  expect(changes.sort()).toEqual([...notYetBuilt].sort());
});

describe('every root field', () => {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const all = roots.flatMap((type) => Object.values(type?.getFields() ?? {}));
  const mutations = Object.values(schema.getMutationType()?.getFields() ?? {});

  test('belongs to the operation of its name, and to no other', () => {
    expect(all.length).toBeGreaterThan(14);
    for (const field of all) expect(operationOf(field).name).toBe(field.name);
  });

  test('that anyone may call is in the list of this test', () => {
    expect(all.filter(isOpenToAnyone).map(({ name }) => name)).toEqual(['viewer']);
  });

  test('that changes something is audited under the action of the contract', () => {
    const actions =
      /^(connection\.(create|update|delete|authorize|callback|refresh|expire|verify)|credentials\.(fetch|resolve)|reference\.(add|remove)|access_key\.(create|revoke)|connection_type\.(create|update|delete)|user\.\w+|personal_access_token\.\w+|project\.\w+|app\.\w+|requirement\.\w+|connect_token\.(create|revoke)|link\.(create|delete)|key\.rotate)$/;
    for (const field of mutations) expect(operationOf(field).audit, field.name).toMatch(actions);
  });

  test('that changes something has one input, and returns a union with its errors', () => {
    for (const { name, args, type } of mutations) {
      const capital = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
      expect(args.map((arg) => `${arg.name}: ${arg.type}`)).toEqual([`input: ${capital}Input!`]);
      expect(String(type)).toBe(`${capital}Result!`);
    }
  });
});

type Described = { name: string; description?: string | null | undefined };

/** A type with everything in it that carries a description, each by its path. */
function describedIn(type: GraphQLNamedType): [path: string, Described][] {
  const hasFields = isObjectType(type) || isInterfaceType(type) || isInputObjectType(type);
  const members = [
    ...(hasFields ? Object.values(type.getFields()) : []),
    ...(isEnumType(type) ? type.getValues() : []),
  ];
  return [
    [type.name, type],
    ...members.flatMap((member): [string, Described][] => {
      const path = `${type.name}.${member.name}`;
      const args: readonly Described[] = 'args' in member ? member.args : [];
      return [
        [path, member],
        ...args.map((arg): [string, Described] => [`${path}(${arg.name})`, arg]),
      ];
    }),
  ];
}

describe('the description of every type, field, argument and value', () => {
  const described = Object.values(schema.getTypeMap())
    .filter((type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type))
    .flatMap(describedIn);
  const breaches = (isBad: (text: string) => boolean) =>
    described.flatMap(([path, { description }]) =>
      isBad(description ?? '') ? [`${path}: ${description}`] : [],
    );

  test('has at least four words', () => {
    expect(described.length).toBeGreaterThan(500);
    expect(breaches((text) => text.trim().split(/\s+/).length < 4)).toEqual([]);
  });

  test('begins with a noun phrase, a verb in the third person or "Whether", and ends with a full stop', () => {
    const riddle = /^(Which|What|Who|Whom|Whose|Where|How|When|Why|It|They|Its|Their|Such)\b|[^.]$/;
    expect(breaches((text) => riddle.test(text))).toEqual([]);
  });
});
