import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { complaintCodes } from '../../core/catalog/complaints.ts';
import type { Deps } from '../../core/deps/deps.ts';
import type { FieldIssue } from '../../platform/field-issues.ts';
import type { Typed } from './form-config.ts';

/*
 * A failure is stored with the session, and the next GET shows it. So a reload never sends a form again,
 * and a page sees a failure that happened in another window.
 */

/** Milliseconds for which a notice is shown. */
const noticeLife = 600_000;

const issueParams = z.record(
  z.string(),
  z.union([z.string(), z.number(), z.array(z.string()), z.array(z.array(z.string()))]),
);

/** A complaint about a field of a form. It holds no value of the field. */
const noticeIssue = z.object({
  path: z.string(),
  code: z.enum(complaintCodes),
  params: issueParams,
});

export type NoticeIssue = z.infer<typeof noticeIssue>;

const noticeForm = z.object({
  requirementId: z.string(),
  code: z.string(),
  /** The permissions that were not granted. */
  scopes: z.array(z.string()).optional(),
  /** The provider's own words. */
  said: z.string().optional(),
  /** The complaints about a form that was refused. */
  issues: z.array(noticeIssue).optional(),
  /** The typed fields that are not secret, sealed with the session's cookie. */
  typed: z.string().optional(),
});

type StoredNotice = z.infer<typeof noticeForm>;

/** Stores a failure for a session. It replaces the previous one. */
export async function storeNotice(
  { db }: Deps,
  session: { id: string } | { jti: string },
  notice: StoredNotice,
): Promise<void> {
  const data = { notice, noticeAt: new Date() };
  await db.connectSession.updateMany({ where: session, data });
}

/** Deletes the notice of a session, because the person has done something else since then. */
export async function forgetNotice({ sql }: Deps, sessionId: string): Promise<void> {
  const text = `UPDATE connect_session SET notice = NULL, notice_at = NULL
    WHERE id = $1::uuid AND notice_at IS NOT NULL`;
  await sql('forget-notice', text, [sessionId]);
}

/** Returns the notice in a session's row, unless it is too old. */
export function readNotice(row: { notice: unknown; noticeAt: Date | null }) {
  const { notice, noticeAt } = row;
  if (noticeAt === null || Date.now() - noticeAt.getTime() > noticeLife) return undefined;
  const { data } = noticeForm.safeParse(notice);
  return data && { ...data, at: noticeAt.toISOString() };
}

const cipher = 'aes-256-gcm';
const keyOf = (secret: string) =>
  Buffer.from(hkdfSync('sha256', secret, '', 'patchbay connect-page typed', 32));

/** Returns the problems that the catalog found. Others have no code, and no field in the form. */
export function toNoticeIssues(issues: readonly FieldIssue[]): NoticeIssue[] {
  return issues.flatMap((issue) => noticeIssue.safeParse(issue).data ?? []);
}

/** Seals typed text, so that only the browser with the session's cookie sees it again. */
export function sealTyped(secret: string, typed: Typed): string {
  const iv = randomBytes(12);
  const sealing = createCipheriv(cipher, keyOf(secret), iv);
  const sealed = Buffer.concat([sealing.update(JSON.stringify(typed), 'utf8'), sealing.final()]);
  return Buffer.concat([iv, sealing.getAuthTag(), sealed]).toString('base64url');
}

/** Opens text that {@link sealTyped} sealed; empty if another cookie sealed it. */
export function openTyped(secret: string, sealed: string): Typed {
  const bytes = Buffer.from(sealed, 'base64url');
  try {
    const opening = createDecipheriv(cipher, keyOf(secret), bytes.subarray(0, 12));
    opening.setAuthTag(bytes.subarray(12, 28));
    const text = Buffer.concat([opening.update(bytes.subarray(28)), opening.final()]).toString();
    return z.record(z.string(), z.string()).parse(JSON.parse(text));
  } catch {
    return {};
  }
}
