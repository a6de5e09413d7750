import type { ConnectionType } from '../../core/catalog/catalog.ts';

/*
 * A person who defines endpoints must not pass the response of another authorization server for one of
 * their own (RFC 9700, section 4.4). Otherwise a hostile server sends the browser to an honest one, receives its
 * code from us, and uses the code in a consent of its own. So the types whose endpoints the operator trusts have
 * one redirect URI, each custom type has its own, and so does each connection and requirement of the generic
 * type, whose endpoints are in the config.
 */

/** Returns the redirect URI to register for a type; null if each of its connections has its own. */
export function redirectUriOf(
  publicUrl: string,
  { customTypeId, oauth2 }: ConnectionType,
): string | null {
  if (oauth2 === undefined || oauth2.tokenEndpoint === null) return null;
  return addressBelow(publicUrl, customTypeId);
}

/** Returns the redirect URI of a consent. `id` is the connection, or the requirement that it fulfils. */
export function callbackAddress(publicUrl: string, type: ConnectionType, id: string): string {
  return redirectUriOf(publicUrl, type) ?? addressBelow(publicUrl, id);
}

function addressBelow(publicUrl: string, id: string | null): string {
  return `${publicUrl}/v1/oauth2/callback${id === null ? '' : `/${id}`}`;
}
