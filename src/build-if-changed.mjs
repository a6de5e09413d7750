import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { hashSources, stampFile } from './source-stamp.mjs';

/*
 * Builds before a start, unless `dist/` is that of these sources. Without the tools to build with, as after
 * `npm ci --omit=dev`, what is there starts as it is. Nothing goes to standard output, which is the log's.
 */

const root = join(import.meta.dirname, '..');
const built = await readFile(stampFile, 'utf8').catch(() => undefined);

if (built === undefined || built !== (await hashSources())) {
  if (hasTools()) process.exitCode = buildNow();
  else if (existsSync(join(root, 'dist', 'main.js'))) {
    say(
      'The sources have changed since dist/ was built. It starts as it is: the tools to build are missing.',
    );
  } else {
    say('There is no dist/ and no tools to build it. Run "npm ci" and "npm run build" first.');
    process.exitCode = 1;
  }
}

function hasTools() {
  const { resolve } = createRequire(import.meta.url);
  try {
    for (const tool of ['esbuild', 'tsx', 'prisma/build/index.js']) resolve(tool);
    return true;
  } catch {
    return false;
  }
}

function buildNow() {
  const { status } = spawnSync('npm', ['run', '--silent', 'build'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  return status ?? 1;
}

function say(sentence) {
  process.stderr.write(`${sentence}\n`);
}
