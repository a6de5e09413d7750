import { describe, expect, test } from 'vitest';
import { rotateDataKeys } from '../../src/core/key-rotation/rotate-data-keys.service.ts';
import { createLocalKeyProvider } from '../../src/core/vault/key-provider.ts';
import { revokeDue } from '../../src/oauth/revoke/revoke-due.service.ts';
import { connectMany } from '../helpers/connect-many.ts';
import { tokenOf } from '../helpers/grants.ts';
import { masterKeys } from '../helpers/server.ts';
import { connect, openBeside, useWorld, type World } from '../helpers/world.ts';

const world = useWorld('google');

const remove = (id: string, { server }: World = world) =>
  server.rest('DELETE', `/v1/connections/${id}`);
const waiting = () => world.server.deps.db.tokenRevocation.findMany();
const makeDue = () =>
  world.server.deps.db.tokenRevocation.updateMany({ data: { nextTryAt: new Date(0) } });
const revoked = () => world.provider.calls.filter(({ status }) => status === 200).length;

describe('a provider that is down', () => {
  test('does not delay a deletion, and its tokens are revoked when it is back', async () => {
    const id = await connect(world);
    const { access_token } = await tokenOf(world, id);
    world.provider.reset({ failure: { kind: 'status', status: 503, on: 'revocation' } });
    expect((await remove(id)).status).toBe(200);
    await expect.poll(async () => (await waiting())[0]?.failures).toBe(1);
    const [row] = await waiting();
    expect(row?.nextTryAt?.getTime()).toBeGreaterThan(Date.now() + 20_000);
    world.provider.reset();
    await revokeDue(world.server.deps);
    expect(world.provider.calls).toEqual([]); // not yet
    await makeDue();
    await revokeDue(world.server.deps);
    expect(world.provider.findAccount(access_token)).toBeUndefined();
    expect(await waiting()).toEqual([]);
  });

  test('is tried for 72 hours, and then the audit log records the failure', async () => {
    const id = await connect(world);
    world.provider.reset({ failure: { kind: 'reset', on: 'revocation' } });
    await remove(id);
    await expect.poll(async () => (await waiting())[0]?.failures).toBe(1);
    const { db } = world.server.deps;
    const createdAt = new Date(Date.now() - 73 * 3_600_000);
    await db.tokenRevocation.updateMany({ data: { createdAt, nextTryAt: new Date(0) } });
    await revokeDue(world.server.deps);
    expect(await waiting()).toEqual([]);
    const event = { action: 'connection.revoke.failed', actor: 'server', connectionId: id };
    expect(await db.auditEvent.findMany({ where: event })).toHaveLength(1);
  });

  test('is not called for a while after some failures, and other providers are called', async () => {
    const ids = await connectMany(world, 30);
    world.provider.reset({ failure: { kind: 'status', status: 500, on: 'revocation' } });
    for (const id of ids) expect((await remove(id)).status).toBe(200);
    await makeDue();
    await revokeDue(world.server.deps);
    world.provider.reset({ failure: { kind: 'status', status: 500, on: 'revocation' } });
    await makeDue();
    await revokeDue(world.server.deps);
    expect(world.provider.calls.length).toBeLessThan(10);
    expect(await waiting()).toHaveLength(30);
    world.provider.reset();
    await makeDue();
    await revokeDue(world.server.deps);
    expect(revoked()).toBe(30);
  });
});

test('a provider that does not know the token is called once', async () => {
  const id = await connect(world);
  const error = { kind: 'error', error: 'invalid_token', on: 'revocation' } as const;
  world.provider.reset({ failure: error });
  await remove(id);
  await expect.poll(() => world.provider.calls.length).toBe(1);
  await expect.poll(waiting).toEqual([]);
});

test('a refused deletion revokes nothing, at once or later', async () => {
  const id = await connect(world);
  const { db } = world.server.deps;
  await db.connection.update({ where: { id }, data: { isSystem: true } });
  world.provider.reset();
  expect((await remove(id)).status).toBe(403);
  expect(await waiting()).toEqual([]);
  await db.connection.update({ where: { id }, data: { isSystem: false } });
  await db.connection.delete({ where: { id } });
  await revokeDue(world.server.deps);
  expect(world.provider.calls).toEqual([]);
});

test('another process revokes the tokens that a process left when it was killed after a deletion', async () => {
  const dying = await openBeside(world);
  const ids = await connectMany(world, 20);
  world.provider.reset();
  dying.server.deps.stopping.abort(); // it deletes, and sends nothing any more
  for (const id of ids) expect((await remove(id, dying)).status).toBe(200);
  expect(world.provider.calls).toEqual([]);
  expect(await waiting()).toHaveLength(20);
  const others = [await openBeside(world), await openBeside(world), world];
  await Promise.all(others.map(({ server }) => revokeDue(server.deps)));
  expect(world.provider.calls).toHaveLength(20); // each by one process
  expect(await waiting()).toEqual([]);
  for (const other of others.slice(0, 2)) await other.server.close();
  await dying.server.close();
});

test('a waiting revocation is sealed, and a rotation of data keys seals it again', async () => {
  const dying = await openBeside(world);
  const id = await connect(world);
  const { access_token } = await tokenOf(world, id);
  world.provider.reset();
  dying.server.deps.stopping.abort();
  await remove(id, dying);
  const [before] = await waiting();
  const keys = createLocalKeyProvider(masterKeys);
  const { left } = await rotateDataKeys(world.server.deps, keys, null, () => {});
  expect(left).toBe(0);
  const [after] = await waiting();
  expect(after?.requestDataKeyId).not.toBe(before?.requestDataKeyId);
  await revokeDue(world.server.deps);
  expect(world.provider.findAccount(access_token)).toBeUndefined();
  await dying.server.close();
});

test('deleting a project with 250 connections revokes the tokens of all', async () => {
  await connectMany(world, 250);
  world.provider.reset({ delay: { ms: 20, when: 'before', on: 'revocation' } });
  const { home, graphql, deps } = world.server;
  const { name } = await deps.db.project.findUniqueOrThrow({ where: { id: home.projectId } });
  const mutation = `mutation ($input: DeleteProjectInput!) { deleteProject(input: $input) { __typename } }`;
  const input = { id: home.projectId, confirm: name };
  const { json } = await graphql(mutation, { input });
  expect(json).toMatchObject({ data: { deleteProject: { __typename: 'DeletedProject' } } });
  await expect.poll(revoked, { timeout: 20_000 }).toBe(250);
  await expect.poll(waiting).toEqual([]);
});
