import { z } from 'zod';
import { AppError, ConflictError, errorKinds, InvalidInputError } from '../../platform/errors.ts';
import { inRestNames, inRestNamesDeep } from './field-names.ts';
import type { FailureFragment } from './generated/operations.ts';

/** Where a page lies in its list. */
export type Pagination = {
  page: number;
  page_size: number;
  page_count: number;
  total_count: number;
};

const paginationSchema = z
  .object({
    page: z.int().min(1),
    page_size: z.int().min(1).max(100),
    page_count: z.int().min(0),
    total_count: z.int().min(0),
  })
  .meta({ id: 'Pagination' });

export function dataSchema<Data extends z.ZodType>(data: Data) {
  return z.object({ data });
}

export function pageSchema<Row extends z.ZodType>(row: Row) {
  return z.object({ data: z.array(row), pagination: paginationSchema });
}

export function pagination(page: number, pageSize: number, totalCount: number): Pagination {
  const pageCount = Math.ceil(totalCount / pageSize);
  return { page, page_size: pageSize, page_count: pageCount, total_count: totalCount };
}

/**
 * The result among the members of a mutation's union.
 *
 * @throws AppError for a member that is a failure.
 */
export function resultOf<Outcome extends object>(
  outcome: Outcome,
): Exclude<Outcome, FailureFragment> {
  if ('code' in outcome) throw failureOf(outcome as unknown as FailureFragment);
  return outcome as Exclude<Outcome, FailureFragment>; // only failures have a code
}

const kindOfCode = new Map(
  Object.entries(errorKinds).map(([kind, { graphql }]) => [graphql as string, kind]),
);

function failureOf(failure: FailureFragment): AppError {
  if ('fields' in failure) return new InvalidInputError(inRestNames(failure.fields));
  if ('details' in failure) {
    const details = failure.details ?? undefined;
    return new ConflictError(failure.message, details && inRestNamesDeep(details));
  }
  const kind = kindOfCode.get(failure.code) as AppError['kind'] | undefined;
  return new AppError(kind ?? 'internal', failure.message);
}
