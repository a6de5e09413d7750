import {
  type GraphQLField,
  getNamedType,
  isInterfaceType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
  isUnionType,
} from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadSchema } from '../../src/edge/graphql/schema.ts';
import { mutations } from '../graphql/refusals.mutations.ts';
import { queries, type Sample } from '../graphql/refusals.queries.ts';
import { findCanary } from '../helpers/canary.ts';
import { createTargets, type Targets } from '../helpers/refusals.ts';
import { useServer } from '../helpers/server.ts';

/* A caller may use a connection, and never sees its secret, whatever they select. */

const server = useServer({
  env: { LIMIT_COST: '1000000', LIMIT_ALIASES: '100000', LIMIT_TOKENS: '100000' },
});
let targets: Targets;
let viewer: string;
let caller: string;
beforeAll(async () => {
  targets = await createTargets(server);
  viewer = await server.createKey({ role: 'viewer' });
  caller = await server.createKey({ role: 'caller' });
});

const schema = loadSchema();
const depth = 3;

/** Selects all that a field returns, some levels deep. Aliases keep equal names of union members apart. */
function selectAll({ type }: GraphQLField<unknown, unknown>, levels = depth): string {
  const named = getNamedType(type);
  if (isLeafType(named)) return '';
  if (isUnionType(named) || (isInterfaceType(named) && levels === depth)) {
    const members = schema.getPossibleTypes(named);
    const parts = members.map((member) => `... on ${member} ${select(member, levels)}`);
    return `{ __typename ${parts.join(' ')} }`;
  }
  return isObjectType(named) ? select(named, levels) : '{ __typename }';
}

function select(
  type: { name: string; getFields: () => Record<string, GraphQLField<unknown, unknown>> },
  levels: number,
): string {
  const fields = Object.values(type.getFields()).filter(
    ({ args, type: of }) =>
      !args.some(isRequiredArgument) && (levels > 0 || isLeafType(getNamedType(of))),
  );
  const parts = fields.map(
    (field) => `${type.name}_${field.name}: ${field.name} ${selectAll(field, levels - 1)}`,
  );
  return `{ __typename ${parts.join(' ')} }`;
}

async function ask(name: string, { ask: sampleOf }: Sample, key: string) {
  const { field, input } = sampleOf(targets);
  const mutation = schema.getMutationType()?.getFields()[name];
  const query = schema.getQueryType()?.getFields()[name];
  const root = mutation ?? query;
  if (root === undefined) throw new Error(`There is no field ${name}.`);
  const given = /^\([^)]*\)/.exec(field)?.[0] ?? '';
  const text = mutation
    ? `mutation($input: ${root.args[0]?.type}) { answer: ${name}(input: $input) ${selectAll(root)} }`
    : `{ answer: ${name}${given} ${selectAll(root)} }`;
  const answer = await server.graphql(text, input === undefined ? {} : { input }, key);
  expect(answer.json).toHaveProperty('data');
  return answer;
}

/** Returns the response without the role, which differs between the two keys. */
function comparable(text: string): string {
  return text.replace(/(?<=the credential's is )\w+|"(VIEWER|CALLER)"/g, '');
}

describe.each(Object.entries({ ...queries, ...mutations }))('%s', (name, sample) => {
  if (sample.needs === 'viewer' || sample.needs === 'anyone') {
    test('returns to a caller exactly what it returns to a viewer, without a secret', async () => {
      const [toViewer, toCaller] = [
        await ask(name, sample, viewer),
        await ask(name, sample, caller),
      ];
      expect(comparable(toCaller.text)).toBe(comparable(toViewer.text));
      expect(toCaller.data.answer).not.toBeNull();
      expect(findCanary(toCaller.text)).toBe(-1);
    });
  } else if (sample.needs === 'caller') {
    test('is open to a caller, forbidden to a viewer, and returns no secret', async () => {
      const [toViewer, toCaller] = [
        await ask(name, sample, viewer),
        await ask(name, sample, caller),
      ];
      expect(toViewer.text).toMatch(/FORBIDDEN|ForbiddenError/);
      expect(toCaller.text).not.toMatch(/FORBIDDEN|ForbiddenError/);
      expect(findCanary(toCaller.text)).toBe(-1);
    });
  } else {
    test('is forbidden to a caller', async () => {
      const { text } = await ask(name, sample, caller);
      expect(text).toMatch(/FORBIDDEN|ForbiddenError/);
      expect(findCanary(text)).toBe(-1);
    });
  }
});
