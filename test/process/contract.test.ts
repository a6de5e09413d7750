import { readFile } from 'node:fs/promises';
import {
  buildClientSchema,
  buildSchema,
  findBreakingChanges,
  getIntrospectionQuery,
  type IntrospectionQuery,
} from 'graphql';
import { expect, it } from 'vitest';
import { makeEnvironment, startServer } from '../helpers/process.ts';
import { dataOf, sendOperation } from './requests.ts';

it('serves the whole public contract: nothing of it is missing, renamed or narrowed', async () => {
  const server = await startServer(await makeEnvironment());
  const answer = await sendOperation(server, getIntrospectionQuery());
  const served = buildClientSchema(dataOf<IntrospectionQuery>(answer));
  const sdl = await readFile(new URL('../guards/contract.graphql', import.meta.url), 'utf8');
  expect(findBreakingChanges(buildSchema(sdl), served)).toEqual([]);
  await server.end();
}, 60_000);
