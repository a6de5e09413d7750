import { expect } from 'vitest';
import {
  adminKey,
  findFreePort,
  makeEnvironment,
  projectOf,
  startServer,
} from '../helpers/process.ts';
import type { CreateData, Page, WatchData } from './operations.ts';

/** The steps of every client, written with its library. */
export type Program = {
  /** Lists connections newest first: `first` of them after a cursor. */
  list(first: number, after?: string): Promise<Page>;
  create(name: string): Promise<CreateData['createConnection']>;
  /** Watches the project until it is closed. `onOpen` is called whenever a stream has begun. */
  watch(
    onOpen: () => void,
    onEvent: (event: WatchData['connectionChanged']) => void,
    onEnd: (error?: unknown) => void,
  ): () => void;
};

export type Place = { url: string; headers: { authorization: string }; projectId: string };

const soon = { timeout: 30_000 };

/** Lists, pages and changes connections, and stays subscribed while the server restarts on its port. */
export async function expectToWork(connect: (place: Place) => Program): Promise<void> {
  const { environment, server, program } = await open(connect);
  const seen: string[] = [];
  const ends: unknown[] = [];
  let opened = 0;
  const close = program.watch(
    () => {
      opened += 1;
    },
    ({ kind, connection }) => void seen.push(`${kind} ${connection?.name}`),
    (error) => void ends.push(error ?? 'complete'),
  );
  await expect.poll(() => opened, soon).toBe(1);

  await expectToList(program);
  await expect.poll(() => seen, soon).toEqual(['first', 'second', 'third'].map(created));

  expect(await server.end('SIGTERM')).toEqual({ code: 0, signal: null });
  expect(ends).toEqual([]);
  const restarted = await startServer(environment);
  await expect.poll(() => opened, soon).toBe(2);
  await program.create('after the restart');
  await expect.poll(() => seen.at(-1), soon).toBe(created('after the restart'));

  expect([seen.length, ends]).toEqual([4, []]);
  close();
  await restarted.end();
}

/** Lists, pages and changes connections. */
export async function expectToRun(connect: (place: Place) => Program): Promise<void> {
  const { server, program } = await open(connect);
  await expectToList(program);
  await server.end();
}

async function open(connect: (place: Place) => Program) {
  const environment = { ...(await makeEnvironment()), PORT: String(await findFreePort()) };
  const server = await startServer(environment);
  const program = connect({
    url: `${server.url}/graphql`,
    headers: { authorization: `Bearer ${adminKey}` },
    projectId: await projectOf(server),
  });
  return { environment, server, program };
}

async function expectToList(program: Program): Promise<void> {
  for (const name of ['first', 'second', 'third']) {
    expect(await program.create(name)).toMatchObject({ __typename: 'Connection', name });
  }
  expect(await program.create(' ')).toMatchObject({ code: 'BAD_USER_INPUT' });

  const newest = await program.list(2);
  expect(namesOf(newest)).toEqual(['third', 'second']);
  expect(newest.pageInfo.hasNextPage).toBe(true);
  const oldest = await program.list(2, newest.pageInfo.endCursor ?? '');
  expect([namesOf(oldest), oldest.pageInfo.hasNextPage]).toEqual([['first'], false]);
}

const created = (name: string) => `CREATED ${name}`;

function namesOf({ edges }: Page): string[] {
  return edges.map(({ node }) => node.name);
}
