import { z } from 'zod';
import { defaultLimits } from '../../platform/limits.ts';

/* Query parameters are text; each says what it takes and is read accordingly. */

/** One of some words. */
export function word<const Words extends readonly string[]>(words: Words) {
  return z.enum(words, { error: `must be one of: ${words.join(', ')}` });
}

export const flag = z
  .enum(['true', 'false'], { error: 'must be true or false' })
  .transform((text) => text === 'true');

export const pageNumber = z
  .string()
  .regex(/^[1-9]\d{0,8}$/, 'must be a whole number from 1')
  .transform(Number);

const pageSizeRange = `must be a whole number from 1 to ${defaultLimits.pageSize}`;

export const pageSize = z
  .string()
  .regex(/^\d{1,3}$/, pageSizeRange)
  .transform(Number)
  .refine((size) => size >= 1 && size <= defaultLimits.pageSize, pageSizeRange);
