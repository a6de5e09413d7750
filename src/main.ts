import { type Config, readConfig } from './platform/config/config.ts';
import { ConfigError } from './platform/errors.ts';

try {
  const config = readConfig(process.env);
  // Loaded only now: a start that the configuration prevents needs none of it.
  const { serve } = await import('./edge/server/serve.ts');
  await serve(config, refreshThreadOf(config));
} catch (error) {
  const expected = error instanceof ConfigError;
  process.stderr.write(`${expected ? error.message : describeStartFailure(error)}\n`);
  process.exitCode = 1;
}

/**
 * Returns the script of the refresh thread. There is none for the embedded database, which only one thread
 * can use, and none where `npm run dev` runs the sources.
 */
function refreshThreadOf({ databaseUrl, refresh }: Config): URL | undefined {
  const isBuilt = import.meta.url.endsWith('.js');
  if (!isBuilt || databaseUrl === undefined || refresh === 'off') return undefined;
  return new URL('./refresh.main.js', import.meta.url);
}

function describeStartFailure(error: unknown): string {
  return error instanceof Error ? `Patchbay could not start: ${error.message}` : String(error);
}
