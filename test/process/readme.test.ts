import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { adminKey, makeEnvironment, type ServerProcess, startServer } from '../helpers/process.ts';
import { sendOperation } from './requests.ts';

/* Pastes the README's examples from top to bottom after a fresh start of the built server. */

const readme = readFileSync(resolve(import.meta.dirname, '../../README.md'), 'utf8');
const run = promisify(execFile);

let server: ServerProcess;
let folder: string;
beforeAll(async () => {
  const client = { OAUTH_GOOGLE_CLIENT_ID: 'a-client', OAUTH_GOOGLE_CLIENT_SECRET: 'for-tests' };
  const environment = await makeEnvironment();
  folder = environment.DATA_DIR ?? '';
  server = await startServer({ ...environment, ...client });
}, 90_000);
afterAll(() => server?.end());

type Block = { language: string; text: string };

/** The fenced examples, without those that install and start the server. */
const blocks = [...readme.matchAll(/^```(sh|graphql)\n(.*?)^```$/gms)]
  .map(([, language = '', text = '']): Block => ({ language, text }))
  .filter(({ text }) => !/npm (ci|start|test)/.test(text));

/** The variables of the shell, and the values that a reader copies from GraphiQL. */
const shell: Record<string, string> = { KEY: adminKey };
const variables: Record<string, string> = {};

async function paste(text: string): Promise<string> {
  const here = text.replaceAll('http://127.0.0.1:4000', server.url).replace('-time 5', '-time 1');
  const state = join(folder, 'readme-state');
  const names = 'KEY PROJECT ID MAIL USER_ID TOKEN FIRST SECOND';
  const keep = `for name in ${names}; do echo "$name=\${!name}"; done > ${state}; declare -f field >> /dev/null`;
  const field = /field\(\).*$/m.exec(readme)?.[0] ?? '';
  const script = `${field}\n${here}\n${keep}`;
  const { stdout, stderr } = await run('bash', ['-c', script], {
    env: { ...process.env, ...shell },
  });
  for (const line of readFileSync(state, 'utf8').trim().split('\n')) {
    const [name = '', value = ''] = line.split(/=(.*)/s);
    if (value !== '') shell[name] = value;
  }
  return stdout + stderr;
}

async function operate(text: string): Promise<string> {
  const answers: string[] = [];
  for (const operation of text.split(/^(?=mutation|query)/m)) {
    const wanted = [...operation.matchAll(/\$(\w+): /g)].map(([, name = '']) => name);
    const known = { ...variables, project: shell.PROJECT ?? '', id: shell.ID ?? '' };
    const given = Object.fromEntries(
      Object.entries(known).filter(([name]) => wanted.includes(name)),
    );
    expect(Object.keys(given).sort()).toEqual(wanted.sort());
    const { text: answer } = await sendOperation(server, operation, given);
    const { data } = JSON.parse(answer) as { data?: Record<string, { id?: string }> };
    if (data?.createApp?.id) variables.app = data.createApp.id;
    if (data?.createUser?.id) variables.user = data.createUser.id;
    answers.push(answer);
  }
  return answers.join('\n');
}

test('the examples of the README run from top to bottom', async () => {
  expect(blocks.length).toBeGreaterThan(12);
  for (const { language, text } of blocks) {
    const answer = await (language === 'sh' ? paste(text) : operate(text));
    const failed = /"(errors?|fields|code)":|curl: \((?!28)|Error:/.exec(answer);
    expect({ text, failure: failed && answer }).toEqual({ text, failure: null });
  }
  expect(Object.keys(shell)).toEqual(expect.arrayContaining(['ID', 'MAIL', 'TOKEN', 'SECOND']));
}, 60_000);
