import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';

const root = dirname(import.meta.dirname);
const prisma = createRequire(import.meta.url).resolve('prisma/build/index.js');

const env = {
  ...process.env,
  // Prisma wants a schema engine at hand and would download one, although generating never runs it:
  // any program that exists will do.
  PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
  PRISMA_HIDE_UPDATE_MESSAGE: '1',
  CHECKPOINT_DISABLE: '1',
  // A generator is a command of its package, and runs this Node, also when no npm has set the path.
  PATH: [
    join(root, 'node_modules', '.bin'),
    dirname(process.execPath),
    process.env.PATH ?? '',
  ].join(delimiter),
};

const args = [prisma, 'generate', '--no-hints', '--config', join('prisma', 'prisma.config.ts')];
const { status, stdout, stderr } = spawnSync(process.execPath, args, {
  cwd: root,
  env,
  encoding: 'utf8',
});
if (status !== 0) process.stderr.write(`${stdout}${stderr}`);
process.exitCode = status ?? 1;
