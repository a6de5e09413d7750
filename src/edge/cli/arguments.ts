import type { Deps } from '../../core/deps/deps.ts';
import { isUuid } from '../../platform/input.ts';
import { UsageError } from './parse.ts';

/** Returns the project that an option names; null if it is left out. */
export async function requireProjectId(
  { db }: Deps,
  given: string | boolean | undefined,
): Promise<string | null> {
  if (given === undefined) return null;
  const id = String(given);
  const project = isUuid(id)
    ? await db.project.findUnique({ where: { id }, select: { id: true } })
    : null;
  if (project === null)
    throw new UsageError(`--project must be the id of a project: there is none with the id ${id}.`);
  return project.id;
}
