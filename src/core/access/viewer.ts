import type { Role } from '../../platform/db/generated/enums.ts';

/** Who is calling, as found by their credential. */
export type Viewer = MemberViewer | ConnectTokenViewer | AnonymousViewer;

/** Who works with an organization's projects: a program, or a person. */
export type MemberViewer = AccessKeyViewer | UserViewer;

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

/** A person, with whatever roles they have at this moment. */
export type UserViewer = PersonRoles & {
  /** What they came with: a token of ours, or one of the identity provider's. */
  kind: 'personal_access_token' | 'user';
  /** The id of the token of ours; of the provider's, the person's own. */
  id: string;
  userId: string;
  /** The person's. */
  name: string;
  organizationId: string;
  /** When the token ends. */
  expiresAt: Date | null;
  /** A project where they hold less than this is out of their reach. */
  holding: Role;
};

export type PersonRoles = {
  /** In every project that `projectRoles` does not name; null: in none. */
  organizationRole: Role | null;
  /** By project, in the place of the organization's, be it more or less. */
  projectRoles: ReadonlyMap<string, Role>;
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
  /** The key that signed the token. */
  kid: string;
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

export function isPerson(viewer: Viewer): viewer is UserViewer {
  return viewer.kind === 'personal_access_token' || viewer.kind === 'user';
}

/** Whether anybody could call like this: without a credential, or with one that anybody can make. */
export function isStranger(viewer: Viewer): boolean {
  return (
    viewer.kind === 'anonymous' || (viewer.kind === 'connect_token' && viewer.via === 'anonymous')
  );
}
