import { type Config, readConfig } from './platform/config/config.ts';
import { ConfigError } from './platform/errors.ts';

try {
  const config = readConfig(process.env);
  // Not before: a start that is refused for its configuration needs nothing of it.
  const { serve } = await import('./edge/server/serve.ts');
  await serve(config, refreshThreadOf(config));
} catch (error) {
  const expected = error instanceof ConfigError;
  process.stderr.write(`${expected ? error.message : describe(error)}\n`);
  process.exitCode = 1;
}

/** None for the embedded database, which is one thread's alone, nor where `npm run dev` runs the sources. */
function refreshThreadOf({ databaseUrl, refresh }: Config): URL | undefined {
  const isBuilt = import.meta.url.endsWith('.js');
  if (!isBuilt || databaseUrl === undefined || refresh === 'off') return undefined;
  return new URL('./refresh.main.js', import.meta.url);
}

function describe(error: unknown): string {
  return error instanceof Error ? `Patchbay could not start: ${error.message}` : String(error);
}
