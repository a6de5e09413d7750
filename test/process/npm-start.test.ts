import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type Environment,
  findFreePort,
  launch,
  makeEnvironment,
  makeFolder,
} from '../helpers/process.ts';
import { send } from './requests.ts';

const repository = resolve(import.meta.dirname, '../..');

let environment: Environment;
beforeAll(async () => {
  environment = await makeEnvironment();
});

/** Runs `npm start` in a folder, with its banner; waits until the server listens. */
async function npmStart(folder: string, launcher: string[] = []) {
  const port = await findFreePort();
  const [command = '', ...args] = [...launcher, 'npm', '--prefix', folder, 'start'];
  const npm = launch(command, args, { ...environment, PORT: String(port) });
  await npm.said(/^Patchbay listens on .*$/m);
  return { npm, target: { url: `http://127.0.0.1:${port}` } };
}

describe('a signal ends npm and the server with code 0', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'when %s goes to npm alone',
    async (signal) => {
      const { npm, target } = await npmStart(repository);
      expect((await send(target, 'GET /health')).status).toBe(200);
      expect(await npm.end(signal)).toEqual({ code: 0, signal: null });
      await expect(send(target, 'GET /health')).rejects.toThrow('ECONNREFUSED');
      expect(npm.stdout()).toMatch(/"msg":"stopped"\}\n$/);
    },
    60_000,
  );

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'when %s goes to the whole process group',
    async (signal) => {
      const { npm, target } = await npmStart(repository, ['setsid']);
      process.kill(-npm.pid, signal);
      expect(await npm.exited).toEqual({ code: 0, signal: null });
      await expect(send(target, 'GET /health')).rejects.toThrow('ECONNREFUSED');
      expect(npm.stdout()).toMatch(/"msg":"stopped"\}\n$/);
    },
    60_000,
  );
});

describe('npm start without the build tools', () => {
  /** A folder as `npm ci --omit=dev` leaves it, with a link for each dependency. */
  async function installWithoutTools(...copied: string[]): Promise<string> {
    const folder = makeFolder();
    const always = ['package.json', 'package-lock.json', 'src', 'prisma'];
    for (const name of [...always, ...copied]) {
      await cp(join(repository, name), join(folder, name), { recursive: true });
    }
    const text = await readFile(join(folder, 'package.json'), 'utf8');
    const { dependencies } = JSON.parse(text) as { dependencies: Record<string, string> };
    for (const name of Object.keys(dependencies)) {
      const link = join(folder, 'node_modules', name);
      await mkdir(dirname(link), { recursive: true });
      await symlink(join(repository, 'node_modules', name), link);
    }
    return folder;
  }

  it('starts the built server', async () => {
    const { npm, target } = await npmStart(await installWithoutTools('dist'));
    expect((await send(target, 'GET /ready')).status).toBe(200);
    expect(npm.stderr()).not.toContain('have changed');
    await npm.end();
  }, 60_000);

  it('says when the server was built from other sources', async () => {
    const folder = await installWithoutTools('dist');
    await writeFile(join(folder, 'src', 'changed.ts'), '');
    const { npm } = await npmStart(folder);
    expect(npm.stderr()).toContain('The sources have changed since dist/ was built.');
    await npm.end();
  }, 60_000);

  it('says what to do when there is no build', async () => {
    const npm = launch('npm', ['--prefix', await installWithoutTools(), 'start'], environment);
    expect((await npm.exited).code).toBe(1);
    expect(npm.stderr()).toContain('There is no dist/');
  }, 60_000);
});
