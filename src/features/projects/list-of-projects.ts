import { batch } from '../../platform/db/batch.ts';
import type { Page, PagePlan } from '../../platform/db/keyset.ts';

type RowOfProject = { id: string; createdAt: Date };

type Source<Found extends RowOfProject> = {
  plan: PagePlan<'createdAt'>;
  /** Loads the rows of the planned page of each of these projects, with one statement. */
  load: (projectIds: string[]) => Promise<readonly { id: string; rows: Found[] }[]>;
  /**
   * Counts all rows of each project, with one statement; a project without rows can be left out.
   */
  count: (projectIds: string[]) => Promise<readonly { id: string | null; count: number }[]>;
};

/**
 * Creates a list that every project has. Calls for many projects at the same time share statements.
 */
export function listOfProjects<Found extends RowOfProject>({ plan, load, count }: Source<Found>) {
  const rowsOf = batch(async (ids: readonly string[]) => {
    const found = new Map((await load([...ids])).map(({ id, rows }) => [id, rows]));
    return ids.map((id) => found.get(id) ?? []);
  });
  const countOf = batch(async (ids: readonly string[]) => {
    const found = new Map((await count([...ids])).map((row) => [row.id, row.count]));
    return ids.map((id) => found.get(id) ?? 0);
  });
  return async (projectId: string): Promise<Page<Found>> =>
    plan.toPage(await rowsOf(projectId), () => countOf(projectId));
}
