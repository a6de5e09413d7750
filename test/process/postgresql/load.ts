import { setTimeout as wait } from 'node:timers/promises';
import type { ServerProcess } from '../../helpers/process.ts';
import { dataOf, fetchApiKey, openAi, send, storeOpenAi } from '../requests.ts';

/** Clients that read and write on all servers of a balancer, and check every response. */
export type Load = {
  /** The number of correct responses. */
  answered(): number;
  /** The failures, of which there must be none. */
  failures: string[];
  /** Resolves after `count` more responses; rejects when one failed. */
  more(count: number): Promise<void>;
  /** Takes a server out; resolves when it has no running request. */
  drain(server: ServerProcess): Promise<void>;
  add(server: ServerProcess): void;
  /** Ends the load; returns the last secret of each connection. */
  stop(): Promise<Map<string, string>>;
};

const clients = 6;
const connectionsOfEach = 3;
/** Pause after each write and read of a client in milliseconds, so that the servers get their share of the machine. */
const breath = 150;

/** Each client has its own connections, so that it knows what they must return. */
export function startLoad(servers: readonly ServerProcess[], projectIds: readonly string[]): Load {
  const up = [...servers];
  const underWay = new Map<ServerProcess, number>();
  const failures: string[] = [];
  const secrets = new Map<string, string>();
  let answered = 0;
  let isStopped = false;
  let turn = 0;

  /** Sends a request to the next server that is up, as a balancer does. */
  const balanced = async <Result>(work: (server: ServerProcess) => Promise<Result>) => {
    const server = up[turn++ % up.length] as ServerProcess;
    underWay.set(server, (underWay.get(server) ?? 0) + 1);
    try {
      const result = await work(server);
      answered += 1;
      return result;
    } finally {
      underWay.set(server, (underWay.get(server) ?? 0) - 1);
    }
  };

  const write = async (id: string, secret: string) => {
    await balanced((server) => writeSecret(server, id, secret));
    secrets.set(id, secret);
  };

  const read = async (id: string) => {
    const found = await balanced((server) => fetchApiKey(server, id));
    if (found !== secrets.get(id))
      throw new Error(`${id} was "${secrets.get(id)}", not "${found}"`);
  };

  const client = async (number: number) => {
    const ids: string[] = [];
    const projectId = projectIds[number % projectIds.length] ?? '';
    for (let n = 0; n < connectionsOfEach; n++) {
      const name = `client ${number}, ${n}`;
      const id = await balanced((server) => storeOpenAi(server, projectId, name, 'first'));
      secrets.set(id, 'first');
      ids.push(id);
    }
    for (let round = 0; !isStopped; round++) {
      for (const id of ids) {
        await write(id, `round ${round}`);
        await read(id);
        await wait(breath);
      }
      await balanced((server) => requireList(server, projectId));
    }
  };

  const running = Promise.all(
    Array.from({ length: clients }, async (_, number) => {
      await client(number).catch((error: unknown) => failures.push(String(error)));
    }),
  );
  return {
    answered: () => answered,
    failures,
    async more(count) {
      const enough = answered + count;
      while (answered < enough) {
        if (failures.length > 0) throw new Error(failures.join('\n'));
        await wait(20);
      }
    },
    async drain(server) {
      up.splice(up.indexOf(server), 1);
      while ((underWay.get(server) ?? 0) > 0) await wait(5);
    },
    add: (server) => void up.push(server),
    async stop() {
      isStopped = true;
      await running;
      return secrets;
    },
  };
}

/** Replaces the secret of a connection. */
export async function writeSecret(
  server: ServerProcess,
  id: string,
  secret: string,
): Promise<void> {
  const { type, config } = openAi('', '', secret);
  const answer = await send(server, `PUT /v1/connections/${id}`, { body: { type, config } });
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
}

async function requireList(server: ServerProcess, projectId: string): Promise<void> {
  const answer = await send(server, `GET /v1/connections?project_id=${projectId}`);
  if (answer.status !== 200 || answer.text.includes('unreadable')) {
    throw new Error(`${answer.status} ${answer.text}`);
  }
}

/** Projects with connections that no client uses; they only need to be rotated. */
export async function seedProjects(
  server: ServerProcess,
  { projects, connections }: { projects: number; connections: number },
): Promise<{ projectIds: string[]; secrets: Map<string, string> }> {
  const secrets = new Map<string, string>();
  const projectIds: string[] = [];
  const numbers = Array(projects).keys();
  const seeder = async () => {
    for (const number of numbers) {
      const projectId = await createProject(server, `seeded ${number}`);
      for (let n = 0; n < connections; n++) {
        const secret = `secret ${number} ${n}`;
        secrets.set(await storeOpenAi(server, projectId, `seeded ${n}`, secret), secret);
      }
      projectIds.push(projectId);
    }
  };
  await Promise.all(Array.from({ length: 10 }, seeder));
  return { projectIds, secrets };
}

export async function createProject(server: ServerProcess, name: string): Promise<string> {
  const query = `mutation ($name: String!) { createProject(input: { name: $name }) { ... on Project { id } } }`;
  const answer = await send(server, 'POST /graphql', { body: { query, variables: { name } } });
  return dataOf<{ createProject: { id: string } }>(answer).createProject.id;
}

/** Reads every secret; returns how many are correct. */
export async function countReadable(
  server: ServerProcess,
  secrets: ReadonlyMap<string, string>,
): Promise<number> {
  const rest = [...secrets].values();
  let readable = 0;
  const reader = async () => {
    for (const [id, secret] of rest) if ((await fetchApiKey(server, id)) === secret) readable += 1;
  };
  await Promise.all(Array.from({ length: 8 }, reader));
  return readable;
}
