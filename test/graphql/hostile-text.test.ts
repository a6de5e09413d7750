import {
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLInputType,
  getNamedType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { beforeAll, expect, test } from 'vitest';
import { loadSchema } from '../../src/edge/graphql/schema.ts';
import { seedApp, seedRequirement, uniqueHostname } from '../helpers/apps.ts';
import { mintToken } from '../helpers/connect-tokens.ts';
import { openAi } from '../helpers/connections.ts';
import { useServer } from '../helpers/server.ts';
import { storeConnection } from '../helpers/store-connections.ts';

/* Every argument of every field handles any text: it accepts or refuses the text, and never fails. */

const schema = loadSchema();
const hostile = ['\0', 'a\0b', '\ud800', 'constructor', '__proto__', '', 'x'.repeat(20_000)];

type Input = GraphQLArgument | GraphQLInputField;
type Values = Record<string, unknown>;
type Asked = { document: string; values: Values; where: string };

const server = useServer();
let token: string;
let known: Record<string, string>;
let ids: Record<string, string>;
beforeAll(async () => {
  const { projectId, organizationId } = server.home;
  const app = await seedApp(server.deps.db, projectId, { visibility: 'public' });
  const requirement = await seedRequirement(server.deps.db, app.id);
  const connectionId = await storeConnection(server, {});
  const person = await server.createPerson({ role: 'viewer' });
  token = await mintToken(server, app);
  known = {
    projectId,
    organizationId,
    appId: app.id,
    requirementId: requirement.id,
    connectionId,
    withId: connectionId,
    userId: 'ann',
    email: 'ann@example.com',
    type: openAi,
    kind: 'workflow',
    confirm: 'another name',
  };
  ids = {
    connection: connectionId,
    app: app.id,
    requirement: requirement.id,
    project: projectId,
    user: person.userId,
    node: projectId,
  };
});

/** A valid value, so that only the hostile one is refused. */
function goodValue({ name, type }: Input, field: string): unknown {
  const named = getNamedType(type);
  const wrap = (value: unknown) => (isListType(unwrapped(type)) ? [value] : value);
  if (isInputObjectType(named)) return wrap(goodValues(Object.values(named.getFields()), field));
  if (isEnumType(named)) return wrap(named.getValues()[0]?.name);
  if (name === 'id') {
    const thing = Object.keys(ids).find((key) => field.toLowerCase().endsWith(key));
    return ids[thing ?? 'project'];
  }
  if (name === 'hostname') return uniqueHostname();
  if (named.name === 'JSON' || named.name === 'JSONObject') return { api_key: 'k' };
  if (named.name === 'Int') return 1;
  if (named.name === 'Boolean') return true;
  if (named.name === 'DateTime') return new Date(Date.now() + 1e6).toISOString();
  return wrap(known[name] ?? 'good');
}

const unwrapped = (type: GraphQLInputType) => (isNonNullType(type) ? type.ofType : type);

function goodValues(inputs: readonly Input[], field: string): Values {
  const required = inputs.filter(({ type }) => isNonNullType(type));
  return Object.fromEntries(required.map((input) => [input.name, goodValue(input, field)]));
}

/** The values with the text in one place each. */
function* placed(
  inputs: readonly Input[],
  field: string,
  text: string,
): Generator<[Values, string]> {
  const good = goodValues(inputs, field);
  for (const { name, type } of inputs) {
    const named = getNamedType(type);
    const isList = isListType(unwrapped(type));
    const put = (value: unknown): Values => ({ ...good, [name]: isList ? [value] : value });
    if (isInputObjectType(named)) {
      for (const [values, where] of placed(Object.values(named.getFields()), field, text)) {
        yield [put(values), `${name}.${where}`];
      }
    } else if (['String', 'ID', 'DateTime', 'URL'].includes(named.name)) yield [put(text), name];
    else if (!['Int', 'Boolean', 'Float'].includes(named.name) && !isEnumType(named)) {
      const nested = JSON.parse(`{"a":{${JSON.stringify(text)}:[${JSON.stringify(text)}]}}`);
      const keyed = JSON.parse(`{${JSON.stringify(text)}:1}`);
      for (const value of [text, { api_key: text, type: openAi }, keyed, nested]) {
        yield [put(value), name];
      }
    }
  }
}

/** Every field with arguments, of the root and of each type that `node` finds. */
function* everyField(text: string): Generator<Asked> {
  const roots = [schema.getQueryType(), schema.getMutationType()].filter((type) => type != null);
  const node = schema.getType('Node');
  const nodes = isInterfaceType(node) ? schema.getPossibleTypes(node) : [];
  for (const type of [...roots, ...nodes]) {
    if (!isObjectType(type)) continue;
    for (const { name, args, type: result } of Object.values(type.getFields())) {
      if (args.length === 0) continue;
      const declared = args.map((arg) => `$${arg.name}: ${arg.type}`).join(', ');
      const given = args.map((arg) => `${arg.name}: $${arg.name}`).join(', ');
      const call = `${name}(${given})${isCompositeType(getNamedType(result)) ? ' { __typename }' : ''}`;
      const operation = type === schema.getMutationType() ? 'mutation' : 'query';
      const id = ids[type.name.toLowerCase()] ?? ids.project;
      const body = roots.includes(type)
        ? call
        : `node(id: "${id}") { ... on ${type.name} { ${call} } }`;
      for (const [values, where] of placed(args, name, text)) {
        const document = `${operation}(${declared}) { ${body} }`;
        yield { document, values, where: `${type.name}.${name} ${where}` };
      }
    }
  }
}

test.each(hostile.map((text) => [JSON.stringify(text).slice(0, 30), text]))(
  'no argument fails with the text %s',
  async (_, text) => {
    const failed: string[] = [];
    let asked = 0;
    for (const { document, values, where } of everyField(text)) {
      const isEndUsers = /authorizeRequirement|submitRequirement|disconnectRequirement/.test(
        document,
      );
      const answer = await server.graphql(document, values, isEndUsers ? token : undefined);
      asked += 1;
      if (answer.status >= 500 || /INTERNAL_SERVER_ERROR|UNAVAILABLE/.test(answer.text)) {
        failed.push(`${where}: ${answer.text.slice(0, 200)}`);
      }
    }
    expect(failed).toEqual([]);
    expect(asked).toBeGreaterThan(80);
  },
  60_000,
);
