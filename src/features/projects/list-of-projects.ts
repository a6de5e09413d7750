import { batch } from '../../platform/db/batch.ts';
import type { Page, PagePlan } from '../../platform/db/keyset.ts';

type Row = { id: string; createdAt: Date };

type Source<Found extends Row> = {
  plan: PagePlan<'createdAt'>;
  /** The rows of the planned page of each of these projects, with one statement. */
  load: (projectIds: string[]) => Promise<readonly { id: string; rows: Found[] }[]>;
  /** How many rows each has in all, likewise; a project without any may be left out. */
  count: (projectIds: string[]) => Promise<readonly { id: string | null; count: number }[]>;
};

/** A page of a list that every project has; what many projects are asked at once shares statements. */
export function listOfProjects<Found extends Row>({ plan, load, count }: Source<Found>) {
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
