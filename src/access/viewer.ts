import type { Role } from '../db/generated/enums.ts';

/** Who is calling, as found by their credential. */
export type Viewer = AccessKeyViewer | AnonymousViewer;

export type AccessKeyViewer = {
  kind: 'access_key';
  /** The key's id. */
  id: string;
  name: string;
  role: Role;
  organizationId: string;
  /** Null: every project of the organization. */
  projectId: string | null;
  expiresAt: Date | null;
};

export type AnonymousViewer = { kind: 'anonymous' };

export const anonymous: AnonymousViewer = { kind: 'anonymous' };
