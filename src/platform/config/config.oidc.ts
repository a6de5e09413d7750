import { isLoopbackHost, parseUrl } from '../addresses.ts';
import type { Role } from '../db/generated/enums.ts';

/** The identity provider whose JSON Web Tokens people can send as credentials. */
export type OidcConfig = {
  /** The claim `iss` of its tokens, letter by letter. */
  issuer: string;
  /** The claim `aud` of its tokens for this server. */
  audience: string;
  /**
   * The claim that decides the role in the organization; undefined if roles are given on this server.
   */
  roleClaim: string | undefined;
  /** The value of the claim and the role that it gives. */
  roles: ReadonlyMap<string, Role>;
};

type OidcVariables = {
  OIDC_ISSUER?: string | undefined;
  OIDC_AUDIENCE?: string | undefined;
  OIDC_ROLE_CLAIM?: string | undefined;
  OIDC_ROLES?: ReadonlyMap<string, Role> | undefined;
};

const allRoles: readonly Role[] = ['viewer', 'caller', 'runtime', 'editor', 'admin'];
const ownRoleNames = new Map(allRoles.map((role) => [role as string, role]));

/**
 * Reads the identity provider; undefined if none is set. It calls `complain` for each variable that is
 * missing beside others.
 */
export function readOidcConfig(
  { OIDC_ISSUER, OIDC_AUDIENCE, OIDC_ROLE_CLAIM, OIDC_ROLES }: OidcVariables,
  publicUrl: string,
  complain: (name: string, wanted: string) => void,
): OidcConfig | undefined {
  if (OIDC_ROLES && !OIDC_ROLE_CLAIM) complain('OIDC_ROLE_CLAIM', 'set together with OIDC_ROLES');
  if (OIDC_ISSUER === undefined && OIDC_AUDIENCE === undefined) {
    if (OIDC_ROLE_CLAIM) complain('OIDC_ISSUER', 'set together with OIDC_ROLE_CLAIM');
    return undefined;
  }
  if (OIDC_ISSUER === undefined) complain('OIDC_ISSUER', 'set together with OIDC_AUDIENCE');
  if (OIDC_AUDIENCE === undefined) complain('OIDC_AUDIENCE', 'set together with OIDC_ISSUER');
  if (OIDC_ISSUER === publicUrl) complain('OIDC_ISSUER', "another server's than PUBLIC_URL");
  return {
    issuer: OIDC_ISSUER ?? '',
    audience: OIDC_AUDIENCE ?? '',
    roleClaim: OIDC_ROLE_CLAIM,
    roles: OIDC_ROLES ?? ownRoleNames,
  };
}

/**
 * Whether a text can be an issuer: a URL without query and fragment (OpenID Connect Discovery 1.0, section
 * 3).
 */
export function isIssuer(text: string): boolean {
  const url = parseUrl(text);
  if (url === undefined || url.username !== '' || /[?#]/.test(text)) return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname));
}

/** Reads `value:role` pairs that are separated by commas; undefined if a pair is invalid. */
export function parseRoles(text: string): ReadonlyMap<string, Role> | undefined {
  const pairs = text.split(',').map((pair) => /^\s*(\S.*?)\s*:\s*(\w+)\s*$/.exec(pair));
  const roles = new Map<string, Role>();
  for (const [, value = '', name = ''] of pairs.map((pair) => pair ?? [])) {
    const role = ownRoleNames.get(name);
    if (role === undefined) return undefined;
    roles.set(value, role);
  }
  return roles;
}
