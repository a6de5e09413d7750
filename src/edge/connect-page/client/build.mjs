import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

/*
 * Bundles what browsers load from the connect page, and writes it as constants of a module. So the server
 * reads no file, and finds it the same way in `dist/`, in `npm run dev` and in tests.
 */

const here = import.meta.dirname;
const generated = join(here, '..', 'generated');
const entries = { script: 'page.ts', style: 'page.css', plainStyle: 'plain-page.css' };

const constants = await Promise.all(
  Object.entries(entries).map(async ([name, file]) => {
    const { outputFiles } = await build({
      entryPoints: [join(here, file)],
      bundle: true,
      minify: true,
      charset: 'utf8',
      format: 'iife',
      target: 'es2020',
      write: false,
    });
    return `export const ${name} = ${JSON.stringify(outputFiles[0].text)};\n`;
  }),
);

await mkdir(generated, { recursive: true });
await writeFile(join(generated, 'client.ts'), constants.join(''));
