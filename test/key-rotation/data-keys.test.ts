import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { rotateDataKeys } from '../../src/core/key-rotation/rotate-data-keys.service.ts';
import { createLocalKeyProvider } from '../../src/core/vault/key-provider.ts';
import { createConnection, fetchConfig } from '../helpers/connections.ts';
import { grantOf, leave, tokenOf } from '../helpers/grants.ts';
import { aroundStatement } from '../helpers/hooks.ts';
import { seedProject } from '../helpers/seed.ts';
import { masterKeys } from '../helpers/server.ts';
import {
  authorize,
  connect,
  consent,
  open,
  prepare,
  useBeside,
  useWorld,
  visit,
} from '../helpers/world.ts';

const world = useWorld('google', { switches: { rotation: 'revoke_family' } });
const beside = useBeside(world);

const keys = createLocalKeyProvider(masterKeys);

/** Rotates as the command-line tool does in its own process. */
const rotate = (projectId: string | null = null) =>
  rotateDataKeys(beside.server.deps, keys, projectId, () => {});

const newProject = () => seedProject(world.server.deps.db, world.server.home.organizationId);

async function keyStatuses(id: string) {
  const { db } = world.server.deps;
  const include = { configDataKey: true };
  const connection = await db.connection.findUniqueOrThrow({ where: { id }, include });
  const where = { connectionId: id };
  const secret = await db.connectionSecret.findUniqueOrThrow({ where, include });
  return [connection, secret].map(({ configDataKey }) => configDataKey.status);
}

function put(id: string, apiKey: string) {
  const body = { type: 'dynamiq.connections.OpenAI', config: { api_key: apiKey } };
  return world.server.rest('PUT', `/v1/connections/${id}`, { body });
}

test('a rotation seals every value again, and callers see no difference', async () => {
  const project = { project_id: await newProject() };
  const { id } = await createConnection(world.server, project);
  const before = (await world.server.rest('GET', `/v1/connections/${id}`)).text;
  const secret = (await fetchConfig(world.server, id)).text;
  const { db } = world.server.deps;
  const keyBefore = (await db.connection.findUniqueOrThrow({ where: { id } })).configDataKeyId;
  const rotated = await rotate();
  expect(rotated).toMatchObject({ left: 0, outcomes: { unreadable: 0 } });
  expect(await keyStatuses(id)).toEqual(['active', 'active']);
  const keyAfter = (await db.connection.findUniqueOrThrow({ where: { id } })).configDataKeyId;
  expect(keyAfter).not.toBe(keyBefore);
  expect((await world.server.rest('GET', `/v1/connections/${id}`)).text).toBe(before);
  expect((await fetchConfig(world.server, id)).text).toBe(secret);
});

test('--project rotates that project alone', async () => {
  const [mine, other] = [await newProject(), await newProject()];
  const { db } = world.server.deps;
  await createConnection(world.server, { project_id: mine });
  await createConnection(world.server, { project_id: other });
  const where = { projectId: other };
  const before = await db.dataKey.findMany({ where });
  expect(await rotate(mine)).toMatchObject({ replacedKeys: 1, outcomes: { resealed: 2 }, left: 0 });
  const after = await db.dataKey.findMany({ where });
  expect(after.map(({ id, status }) => [id, status])).toEqual(
    before.map(({ id, status }) => [id, status]),
  );
});

test('a rotation that stopped half-way continues, and replaces no key twice', async () => {
  const projectId = await newProject();
  await createConnection(world.server, { project_id: projectId });
  await createConnection(world.server, { project_id: projectId });
  let sent = 0;
  const release = aroundStatement(beside.server.deps, 'reseal-connection-config', async (send) => {
    sent += 1;
    if (sent > 1) throw new Error('killed');
    return send();
  });
  await expect(rotate(projectId)).rejects.toThrow('killed');
  release();
  expect(await rotate(projectId)).toMatchObject({ replacedKeys: 0, left: 0 });
  const { db } = world.server.deps;
  expect(await db.dataKey.count({ where: { projectId } })).toBe(2);
  expect(await db.dataKeyRotation.count()).toBe(0);
  expect(await rotate(projectId)).toMatchObject({ replacedKeys: 1, outcomes: { resealed: 4 } });
});

describe('a rotation does not overwrite a newer value:', () => {
  /** Runs `work` between the read of a value and its re-sealing. */
  async function during(statement: string, projectId: string, work: () => Promise<unknown>) {
    let calls = 0;
    const release = aroundStatement(beside.server.deps, statement, async (send) => {
      calls += 1;
      if (calls === 1) await work();
      return send();
    });
    const rotated = await rotate(projectId);
    release();
    expect(calls).toBeGreaterThan(0);
    return rotated;
  }

  test.each(['connection', 'connection_secret'])('of a PUT before %s', async (table) => {
    const projectId = await newProject();
    const { id } = await createConnection(world.server, { project_id: projectId });
    const rotated = await during(`reseal-${table}-config`, projectId, async () => {
      expect((await put(id, `newer than ${table}`)).status).toBe(200);
    });
    expect(rotated).toMatchObject({ left: 0 });
    expect(rotated.outcomes.replaced).toBeGreaterThan(0);
    const { config } = (await fetchConfig(world.server, id)).json.data;
    expect(config).toMatchObject({ api_key: `newer than ${table}` });
  });

  test('of a refresh', async () => {
    const projectId = await newProject();
    const id = await connect(world, { project_id: projectId });
    const rotated = await during('reseal-oauth_grant-tokens', projectId, async () => {
      await leave(world, id, -5);
      await tokenOf(world, id);
    });
    expect(rotated).toMatchObject({ left: 0, outcomes: { replaced: 1 } });
    const latest = world.provider.issued.at(-1)?.accessToken;
    expect((await tokenOf(world, id)).access_token).toBe(latest);
    await leave(world, id, -5);
    await tokenOf(world, id); // sends the newest refresh token; another one would end the family
    expect(world.provider.counts.revocations).toBe(0);
    expect((await grantOf(world, id)).tokenVersion).toBe(3);
  });
});

describe('a value is sealed again with the current key when its key is retired during the write:', () => {
  test('of a PUT', async () => {
    const projectId = await newProject();
    const { id } = await createConnection(world.server, { project_id: projectId });
    await rotate(projectId);
    expect((await put(id, 'after the rotation')).status).toBe(200);
    expect(await keyStatuses(id)).toEqual(['active', 'active']);
  });

  test('of a consent’s verifier', async () => {
    const id = await prepare(world);
    await authorize(world, id);
    await rotate();
    await authorize(world, id);
    const attempts = await world.server.deps.db.authorizationAttempt.findMany({
      where: { connectionId: id },
      include: { verifierDataKey: true },
    });
    expect(attempts.map(({ verifierDataKey }) => verifierDataKey.status)).toEqual([
      'active',
      'active',
    ]);
  });

  test('of tokens that the provider issued before two rotations in a row', async () => {
    const projectId = await newProject();
    const id = await connect(world, { project_id: projectId });
    await leave(world, id, -5);
    let calls = 0;
    const { deps } = world.server;
    const release = aroundStatement(deps, 'store-refreshed-tokens', async (send) => {
      calls += 1;
      if (calls <= 2) await rotate(projectId);
      return send();
    });
    const { access_token } = await tokenOf(world, id);
    release();
    expect([calls, access_token]).toEqual([3, world.provider.issued.at(-1)?.accessToken]);
  });
});

test('a consent that began before a rotation completes after it', async () => {
  const id = await prepare(world);
  const address = await authorize(world, id);
  const back = await visit(world, address);
  await rotate();
  expect((await open(world, back)).status).toBe(200);
  await rotate();
  expect((await consent(world, id)).status).toBe(200);
});

test('a value that cannot be decrypted stays, is named, and keeps the rotation unfinished', async () => {
  const projectId = await newProject();
  const whole = await createConnection(world.server, { project_id: projectId });
  const { id } = await createConnection(world.server, { project_id: projectId });
  const { sql } = world.server.deps;
  const damage = `UPDATE connection_secret SET config = set_byte(config, 40, 255 - get_byte(config, 40))
    WHERE connection_id = $1::uuid`;
  await sql('test-damage', damage, [id]);
  expect(await rotate(projectId)).toMatchObject({
    left: 1,
    outcomes: { resealed: 3, unreadable: 1 },
  });
  const line = beside.server.logged().find(({ rowId }) => rowId === id);
  expect(line).toMatchObject({ table: 'connection_secret', column: 'config' });
  expect(await keyStatuses(whole.id)).toEqual(['active', 'active']);
  expect(await keyStatuses(id)).toEqual(['active', 'retired']);
  await sql('test-damage', damage, [id]); // a second damage repairs the value
  expect(await rotate(projectId)).toMatchObject({ replacedKeys: 0, left: 0 });
});

test('no PUT and no refresh is lost during rotations', async () => {
  const leastTrials = 60;
  const leastRounds = 6;
  let rounds = 0;
  const projectId = await newProject();
  const puts = await Promise.all(
    [0, 1, 2, 3].map(
      async () => (await createConnection(world.server, { project_id: projectId })).id,
    ),
  );
  const tokens = [await connect(world, { project_id: projectId })];
  let isOver = false;
  let trials = 0;
  const writers = puts.map(async (id) => {
    for (let n = 0; !isOver; n++) {
      expect((await put(id, `number ${n}`)).status).toBe(200);
      const { config } = (await fetchConfig(world.server, id)).json.data;
      expect(config).toMatchObject({ api_key: `number ${n}` });
      trials += 1;
    }
  });
  const refreshers = tokens.map(async (id) => {
    while (!isOver) {
      await leave(world, id, -5);
      await tokenOf(world, id);
      trials += 1;
    }
  });
  for (; trials < leastTrials || rounds < leastRounds; rounds++) {
    expect(await rotate(projectId)).toMatchObject({ left: 0 });
    await wait(20); // PGlite runs in this process and must get its turn
  }
  isOver = true;
  await Promise.all([...writers, ...refreshers]);
  expect(world.provider.counts.revocations).toBe(0);
});
