import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startWorkers } from '../../src/edge/server/workers.ts';
import { replayUnsaved } from '../../src/oauth/refresh/unsaved.ts';
import { requireNoCanary } from '../helpers/canary.ts';
import { fetchConfig } from '../helpers/connections.ts';
import { grantOf, leave, tokenOf } from '../helpers/grants.ts';
import { aroundStatement, databaseError } from '../helpers/hooks.ts';
import { makeFolder } from '../helpers/process.ts';
import { connect, consent, openBeside, useWorld } from '../helpers/world.ts';

const dataDir = makeFolder();
const folder = join(dataDir, 'unsaved');

/** What lives on, and what the database is away for; each test ends one of the latter. */
const world = useWorld('generic', { env: { DATA_DIR: dataDir } });

/** Starts a process that refreshes, cannot store the token, and is stopped. */
async function stopDuringOutage(id: string, { slow = 0, patience = 400 } = {}): Promise<void> {
  const dying = await openBeside(world, { DATA_DIR: dataDir });
  const { deps } = dying.server;
  await leave(world, id, -5);
  world.provider.reset({ delay: { ms: slow, when: 'after' } });
  aroundStatement(deps, 'store-refreshed-tokens', () => Promise.reject(databaseError()));
  const workers = startWorkers(deps);
  const read = fetchConfig(dying.server, id);
  await expect.poll(() => world.provider.counts.refreshes, { interval: 5 }).toBe(1);
  await workers.stop(performance.now() + patience);
  expect((await read).status).toBe(503);
  await dying.server.close();
  const data = { leaseUntil: new Date(0) };
  await world.server.deps.db.oauthGrant.update({ where: { connectionId: id }, data });
}

test('a token that could not be stored before the stop is saved in a sealed file and stored at the next start', async () => {
  const id = await connect(world);
  await stopDuringOutage(id);
  const [name = ''] = readdirSync(folder);
  expect(name).toBe(`${id}.1.json`);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
  const content = readFileSync(join(folder, name), 'utf8');
  requireNoCanary('the file', content);
  requireNoCanary('the file, in base64', Buffer.from(content, 'base64').toString('latin1'));
  await replayUnsaved(world.server.deps);
  expect(readdirSync(folder)).toEqual([]);
  const { access_token } = await tokenOf(world, id);
  expect(access_token).toBe(world.provider.issued.at(-1)?.accessToken);
  expect(await grantOf(world, id)).toMatchObject({ tokenVersion: 2, leaseOwner: null });
  await leave(world, id, -5);
  await tokenOf(world, id);
  expect(world.provider.counts).toMatchObject({ refreshes: 2, revocations: 0 });
});

test('a token from the sealed file expires counted from the provider’s response, not from the start', async () => {
  const id = await connect(world);
  await stopDuringOutage(id);
  const path = join(folder, `${id}.1.json`);
  const saved = JSON.parse(readFileSync(path, 'utf8'));
  writeFileSync(path, JSON.stringify({ ...saved, answeredAt: saved.answeredAt - 1_000_000 }));
  await replayUnsaved(world.server.deps);
  const left = Number((await grantOf(world, id)).accessTokenExpiresAt) - Date.now();
  expect(left).toBeGreaterThan(2_590_000);
  expect(left).toBeLessThanOrEqual(2_600_000);
});

test('a token in the sealed file is dropped when a consent replaced the grant since then', async () => {
  const id = await connect(world);
  await stopDuringOutage(id);
  expect((await consent(world, id)).status).toBe(200);
  const before = await tokenOf(world, id);
  await replayUnsaved(world.server.deps);
  expect(readdirSync(folder)).toEqual([]);
  expect(await tokenOf(world, id)).toEqual(before);
  expect((await grantOf(world, id)).tokenVersion).toBe(2);
});

test('a token in the sealed file is stored when its data key was retired since then', async () => {
  const id = await connect(world);
  await stopDuringOutage(id);
  const where = { projectId: world.server.home.projectId };
  await world.server.deps.db.dataKey.updateMany({ where, data: { status: 'retired' } });
  await replayUnsaved(world.server.deps);
  const newest = world.provider.issued.at(-1)?.accessToken;
  expect((await tokenOf(world, id)).access_token).toBe(newest);
});

test('a token that arrives after the deadline of the stop is saved', async () => {
  const id = await connect(world);
  await stopDuringOutage(id, { slow: 1_000, patience: 100 });
  await replayUnsaved(world.server.deps);
  const newest = world.provider.issued.at(-1)?.accessToken;
  expect((await tokenOf(world, id)).access_token).toBe(newest);
});

test('a file that cannot be read stays, and the other files are stored', async () => {
  const id = await connect(world);
  await stopDuringOutage(id);
  const damaged = ['00000000-cut.json', 'zzzzzzzz-moved.json'];
  const content = readFileSync(join(folder, `${id}.1.json`), 'utf8');
  writeFileSync(join(folder, damaged[0] ?? ''), content.slice(0, 100));
  const moved = { ...JSON.parse(content), dataKeyId: crypto.randomUUID() };
  writeFileSync(join(folder, damaged[1] ?? ''), JSON.stringify(moved));
  await replayUnsaved(world.server.deps);
  expect(readdirSync(folder)).toEqual(damaged);
  expect((await grantOf(world, id)).tokenVersion).toBe(2);
});
