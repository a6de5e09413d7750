import { expect, it } from 'vitest';
import { makeEnvironment, projectOf, startServer } from '../helpers/process.ts';
import { dataOf, fetchApiKey, openAi, send } from './requests.ts';

const creates = 1_000;
const connections = 20;
const killedAfter = 300;

it('keeps every connection with a 201 response when it is killed during a thousand concurrent creates', async () => {
  const environment = await makeEnvironment();
  const server = await startServer(environment);
  const projectId = await projectOf(server);
  const stored = new Map<string, number>();
  let failed = 0;
  await eachAtOnce(
    Array.from({ length: creates }, (_, n) => n),
    async (n) => {
      if (failed > 0) return;
      const body = openAi(projectId, `number ${n}`, `secret ${n}`);
      const answer = await send(server, 'POST /v1/connections', { body }).catch(() => undefined);
      if (answer?.status !== 201) failed++;
      else stored.set(dataOf<{ id: string }>(answer).id, n);
      if (stored.size === killedAfter) void server.end('SIGKILL');
    },
  );
  expect(await server.end('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' });
  expect(stored.size).toBeGreaterThanOrEqual(killedAfter);
  expect(stored.size).toBeLessThan(creates - connections);
  expect(failed).toBeGreaterThan(0);

  const next = await startServer(environment);
  const listed = await listNames(next, projectId);
  for (const [id, n] of stored) expect(listed.get(id)).toBe(`number ${n}`);
  // A connection that was committed without a response is whole too.
  await eachAtOnce([...listed], async ([id, name]) => {
    expect(await fetchApiKey(next, id)).toBe(name.replace('number', 'secret'));
  });
  await next.end();
}, 120_000);

/** Works on all items, as many at a time as there are connections. */
async function eachAtOnce<Item>(items: Item[], work: (item: Item) => Promise<void>) {
  const rest = items.values();
  const worker = async () => {
    for (const item of rest) await work(item);
  };
  await Promise.all(Array.from({ length: connections }, worker));
}

async function listNames(target: { url: string }, projectId: string) {
  const names = new Map<string, string>();
  for (let page = 1, pages = 1; page <= pages; page++) {
    const path = `/v1/connections?project_id=${projectId}&page=${page}&page_size=100`;
    const answer = await send(target, `GET ${path}`);
    for (const { id, name } of dataOf<{ id: string; name: string }[]>(answer)) names.set(id, name);
    pages = (JSON.parse(answer.text) as { pagination: { page_count: number } }).pagination
      .page_count;
  }
  return names;
}
