import type { Role } from '../db/generated/enums.ts';

/** Who is calling, as found by their credential. */
export type Viewer = AccessKeyViewer | ConnectTokenViewer | AnonymousViewer;

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

/** An end user of an app. Reaches only the end-user fields, and there only what is their own. */
export type ConnectTokenViewer = {
  kind: 'connect_token';
  /** The token's `jti`. */
  id: string;
  appId: string;
  /** As the app names them. */
  userId: string;
  /** The end user's row. */
  endUserId: string;
  organizationId: string;
  projectId: string;
  /** Whether an access key had it made, or anybody, on a public app. */
  via: 'key' | 'anonymous';
  /** Grows, and so ends the token, when all of the user's are revoked. */
  epoch: number;
  expiresAt: Date;
};

export type AnonymousViewer = { kind: 'anonymous' };

export const anonymous: AnonymousViewer = { kind: 'anonymous' };
