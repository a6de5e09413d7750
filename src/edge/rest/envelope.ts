import { z } from 'zod';

/** The position of a page in its list. */
type Pagination = {
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
