import type { C } from './answer.ts';

/** The fields of a form; none where the body is not a form that can be read. */
export async function readForm(c: C): Promise<Record<string, unknown>> {
  try {
    return await c.req.parseBody();
  } catch (error) {
    if (error instanceof TypeError) return {}; // what a broken multipart body fails with
    throw error;
  }
}
