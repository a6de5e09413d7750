import type { Role } from '../../platform/db/generated/enums.ts';

/** The caller, as their credential identifies them. */
export type Viewer = MemberViewer | ConnectTokenViewer | AnonymousViewer;

/** A caller who works with the projects of an organization: a program or a person. */
export type MemberViewer = AccessKeyViewer | UserViewer;

export type AccessKeyViewer = {
  kind: 'access_key';
  /** The id of the access key. */
  id: string;
  name: string;
  role: Role;
  organizationId: string;
  /** The version of the organization's custom types when the credential was checked. */
  typesVersion: number;
  /** The one project that the key reaches; null if it reaches every project of the organization. */
  projectId: string | null;
  expiresAt: Date | null;
};

/** A person, with the roles that they have at this moment. */
export type UserViewer = PersonRoles & {
  /** The credential: a personal access token, or a token of the identity provider. */
  kind: 'personal_access_token' | 'user';
  /**
   * The id of the personal access token; for a token of the identity provider the id of the person.
   */
  id: string;
  userId: string;
  /** The name of the person. */
  name: string;
  organizationId: string;
  /** The version of the organization's custom types when the credential was checked. */
  typesVersion: number;
  /** The expiry of the token; null if it never expires. */
  expiresAt: Date | null;
  /**
   * The role that the current operation requires. The person cannot reach projects where they hold less.
   */
  requiredRole: Role;
};

export type PersonRoles = {
  /** The role in every project that `projectRoles` does not name; null for none. */
  organizationRole: Role | null;
  /** Role per project; overrides the organization role. */
  projectRoles: ReadonlyMap<string, Role>;
};

/**
 * An end user of an app. They can call only the end-user fields, and see only their own data there.
 */
export type ConnectTokenViewer = {
  kind: 'connect_token';
  /** The `jti` of the token. */
  id: string;
  appId: string;
  /** The id that the app gives to the end user. */
  userId: string;
  /** The id of the row in `end_user`. */
  endUserId: string;
  /** The id of the key that signed the token. */
  kid: string;
  organizationId: string;
  /** The version of the organization's custom types when the credential was checked. */
  typesVersion: number;
  projectId: string;
  /**
   * `key` if the token was made with an access key; `anonymous` if it was made without one, on a public
   * app.
   */
  via: 'key' | 'anonymous';
  /**
   * A number of the end user that grows when all of their tokens are revoked, which ends the tokens with a
   * smaller one.
   */
  epoch: number;
  expiresAt: Date;
};

export type AnonymousViewer = { kind: 'anonymous' };

export const anonymous: AnonymousViewer = { kind: 'anonymous' };

export function isPerson(viewer: Viewer): viewer is UserViewer {
  return viewer.kind === 'personal_access_token' || viewer.kind === 'user';
}

/**
 * Whether a stranger could make the same call: without a credential, or with a token that anybody can
 * create.
 */
export function isStranger(viewer: Viewer): boolean {
  return (
    viewer.kind === 'anonymous' || (viewer.kind === 'connect_token' && viewer.via === 'anonymous')
  );
}
