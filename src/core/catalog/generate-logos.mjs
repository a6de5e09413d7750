import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/*
 * Writes the logos that the catalogue names as constants of a module: `simple-icons` has thousands, which
 * neither git nor `dist/` needs. A test names another folder of types.
 */

const here = import.meta.dirname;
const types = process.argv[2] ?? join(here, 'types');
const generated = join(here, 'generated');
const icons = dirname(createRequire(import.meta.url).resolve('simple-icons/icons/github.svg'));
const prefix = 'simple-icons:';

const shapes = {};
const complaints = [];
for (const file of (await readdir(types)).filter((name) => name.endsWith('.json')).sort()) {
  for (const { type, logo } of JSON.parse(await readFile(join(types, file), 'utf8'))) {
    if (logo === undefined) continue;
    const slug = logo.startsWith(prefix) ? logo.slice(prefix.length) : '';
    const shape = await readShape(slug);
    if (shape === undefined)
      complaints.push(`${file}: ${type}: simple-icons has no logo "${slug}"`);
    else shapes[slug] = shape;
  }
}

if (complaints.length > 0) {
  process.stderr.write(`${complaints.join('\n')}\n`);
  process.exitCode = 1;
} else {
  const entries = Object.keys(shapes).map((slug) => [slug, shapes[slug]]);
  const record = JSON.stringify(Object.fromEntries(entries.sort()), null, 2);
  await mkdir(generated, { recursive: true });
  await writeFile(
    join(generated, 'logo-shapes.ts'),
    `/** The path of each logo on a square of 24 units, by its slug in simple-icons. */\nexport const logoShapes: Readonly<Record<string, string>> = ${record};\n`,
  );
}

async function readShape(slug) {
  if (!/^[a-z0-9]+$/.test(slug)) return undefined;
  const svg = await readFile(join(icons, `${slug}.svg`), 'utf8').catch(() => '');
  return / d="([^"]+)"/.exec(svg)?.[1];
}
