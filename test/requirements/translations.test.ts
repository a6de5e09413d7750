import { beforeAll, expect, test } from 'vitest';
import { appMutations } from '../helpers/app-mutations.ts';
import { seedApp } from '../helpers/apps.ts';
import { openAi } from '../helpers/connections.ts';
import { useServer } from '../helpers/server.ts';

const server = useServer();
let mutations: ReturnType<typeof appMutations>;
let appId: string;
beforeAll(async () => {
  mutations = appMutations(server);
  appId = (await seedApp(server.deps.db, server.home.projectId)).id;
});

let count = 0;
const create = (texts: object) => {
  count += 1;
  const given = { appId, name: `key-${count}`, kind: 'CONNECTION', title: 'Your key' };
  return mutations.createRequirement({ ...given, spec: { type: openAi }, ...texts });
};
const stored = async (id: string) => {
  const { titles, descriptions } = await server.deps.db.requirement.findUniqueOrThrow({
    where: { id },
  });
  return { titles, descriptions };
};

test('titles and descriptions are kept by the canonical tags of their languages', async () => {
  const titles = { de: ' Ihr  Schlüssel ', 'pt-br': 'Sua chave', 'zh-hans': '密钥' };
  const { result } = await create({ titles, descriptions: { de: 'Für die Suche.' } });
  expect(await stored(result.id)).toEqual({
    titles: { de: 'Ihr Schlüssel', 'pt-BR': 'Sua chave', 'zh-Hans': '密钥' },
    descriptions: { de: 'Für die Suche.' },
  });
});

test('an update replaces the translations, keeps those that it leaves out, and null removes them', async () => {
  const { result } = await create({ titles: { de: 'Eins' }, descriptions: { de: 'Zwei' } });
  const { id } = result;
  await mutations.updateRequirement({ id, titles: { fr: 'Un' } });
  expect(await stored(id)).toEqual({ titles: { fr: 'Un' }, descriptions: { de: 'Zwei' } });
  await mutations.updateRequirement({ id, titles: null, descriptions: null });
  expect(await stored(id)).toEqual({ titles: {}, descriptions: {} });
  const without = await create({});
  expect(await stored(without.result.id)).toEqual({ titles: {}, descriptions: {} });
});

const many = Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`x-l${n}`, 'Key']));
const notALanguage = 'must be a language, such as de or pt-BR';

test.each([
  [{ titles: { 'not a tag': 'x' } }, 'titles.not a tag', notALanguage],
  [{ titles: { '': 'x' } }, 'titles.', notALanguage],
  [{ titles: { ['d'.repeat(5_000)]: 'x' } }, 'titles', notALanguage],
  [{ titles: JSON.parse('{"__proto__": "x"}') }, 'titles.__proto__', notALanguage],
  [{ titles: { de: '' } }, 'titles.de', 'cannot be blank'],
  [{ titles: { de: null } }, 'titles.de', 'cannot be blank'],
  [{ titles: { de: 5 } }, 'titles.de', 'must be text'],
  [{ titles: { de: 'x'.repeat(201) } }, 'titles.de', 'cannot be longer than 200 characters'],
  [{ titles: { de: 'a\u0000b' } }, 'titles.de', 'cannot hold the character U+0000'],
  [
    { titles: { 'pt-BR': 'a', 'pt-br': 'b' } },
    'titles.pt-br',
    'is the same language as another key: pt-BR',
  ],
  [{ titles: many }, 'titles', 'cannot hold more than 20 languages'],
  [
    { descriptions: { de: 'x'.repeat(2_001) } },
    'descriptions.de',
    'cannot be longer than 2000 characters',
  ],
])('refuses %j', async (texts, path, message) => {
  const { result } = await create(texts);
  expect(result).toMatchObject({
    __typename: 'InvalidInputError',
    fields: [{ path, message }],
  });
});
