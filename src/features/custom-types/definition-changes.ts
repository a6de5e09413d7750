import type { TypeDefinition } from '../../core/catalog/type-definition.ts';
import type { FieldIssue } from '../../platform/field-issues.ts';

/*
 * What an update must not change while connections use the type. Their secrets were entered for the servers
 * and the fields of that time: a person who changes a type must not be able to send them to another server,
 * or to show them. Hosts are compared letter by letter, with their `{field}` places.
 */

/** Returns the changes that would reveal stored secrets, each at its path in the update. */
export function findRevealingChanges(before: TypeDefinition, after: TypeDefinition): FieldIssue[] {
  return [
    ...publishedSecrets(before, after),
    ...movedEndpoints(before, after),
    ...newHosts(before, after),
    ...newLogins(before, after),
    ...otherTokens(before, after),
  ];
}

function refusedChange(path: string, problem: string): FieldIssue {
  const wayOut = 'Delete those connections first, or create a new type for new ones.';
  return {
    path: `definition.${path}`,
    message: `${problem} while connections use the type. ${wayOut}`,
  };
}

function publishedSecrets(before: TypeDefinition, after: TypeDefinition): FieldIssue[] {
  const secret = new Set(before.fields.filter((field) => field.secret).map(({ name }) => name));
  return after.fields.flatMap((field, index) => {
    if (field.secret || !secret.has(field.name)) return [];
    return [refusedChange(`fields.${index}.secret`, 'cannot change to false')];
  });
}

/** The endpoints that receive the client's secret, and those that receive only a token. */
const clientEndpoints = ['token_url', 'refresh_url', 'revocation_url'] as const;
const tokenEndpoints = ['userinfo_url'] as const;

function movedEndpoints(before: TypeDefinition, after: TypeDefinition): FieldIssue[] {
  // Without `oauth2`, the credentials call returns the client's secret.
  if (before.oauth2 !== undefined && after.oauth2 === undefined) {
    return [refusedChange('oauth2', 'cannot be removed')];
  }
  if (before.oauth2 === undefined && after.oauth2 !== undefined) {
    return [refusedChange('oauth2', 'cannot be added')];
  }
  const ofClient = originsOf(before, clientEndpoints);
  const ofToken = new Set([...ofClient, ...originsOf(before, tokenEndpoints)]);
  // If a type gives no token_url, the config of each connection gives it: both changes move the endpoint.
  const gives = (definition: TypeDefinition) => definition.oauth2?.token_url !== undefined;
  const isTokenUrlNew = gives(before) !== gives(after);
  return [
    ...(isTokenUrlNew ? [refusedChange('oauth2.token_url', 'cannot be added or removed')] : []),
    ...clientEndpoints.flatMap((name) => movedEndpoint(after, name, ofClient)),
    ...tokenEndpoints.flatMap((name) => movedEndpoint(after, name, ofToken)),
  ].filter(({ path }, index, all) => all.findIndex((other) => other.path === path) === index);
}

type Endpoint = (typeof clientEndpoints)[number] | (typeof tokenEndpoints)[number];

function originsOf({ oauth2 }: TypeDefinition, names: readonly Endpoint[]): Set<string> {
  return new Set(names.flatMap((name) => originOf(oauth2?.[name]) ?? []));
}

function movedEndpoint(
  { oauth2 }: TypeDefinition,
  name: Endpoint,
  known: ReadonlySet<string>,
): FieldIssue[] {
  const origin = originOf(oauth2?.[name]);
  if (origin === undefined || known.has(origin)) return [];
  return [refusedChange(`oauth2.${name}`, 'cannot move to another host')];
}

function newHosts({ http: before }: TypeDefinition, { http: after }: TypeDefinition): FieldIssue[] {
  if (after === undefined) return [];
  const known = new Set(hostsOf(before).map(({ host }) => host));
  const added = hostsOf(after).filter(({ host }) => !known.has(host));
  const issues = added.map(({ path }) => refusedChange(path, 'cannot add a host'));
  const losesTls = !lacksTls(before?.base_url) && lacksTls(after.base_url);
  if (losesTls) issues.push(refusedChange('http.base_url', 'cannot change to http'));
  return issues;
}

/** Returns the hosts that receive the credential of a request, each with the path that names it. */
function hostsOf(http: TypeDefinition['http']): { path: string; host: string | undefined }[] {
  if (http === undefined) return [];
  const listed = (http.hosts ?? []).map((host, index) => ({
    path: `http.hosts.${index}`,
    host: host.toLowerCase(),
  }));
  return [{ path: 'http.base_url', host: templateHost(http.base_url) }, ...listed];
}

/** A login sends the credential to the server that a field names, so the field must stay the same. */
function newLogins(before: TypeDefinition, { verify: after }: TypeDefinition): FieldIssue[] {
  if (after?.protocol === undefined) return [];
  const was = before.verify?.protocol === undefined ? undefined : serverFields(before.verify);
  const isSame = was?.join() === serverFields(after).join();
  // The field `host` is what its name says, if the connections have it.
  const isObvious = serverFields(after).join() === 'host,port,' && hasField(before, 'host');
  return isSame || (was === undefined && isObvious)
    ? []
    : [refusedChange('verify', 'cannot log in at another server')];
}

function serverFields({ fields, url = '' }: NonNullable<TypeDefinition['verify']>): string[] {
  return [fields.host ?? 'host', fields.port ?? 'port', url];
}

function hasField({ fields }: TypeDefinition, wanted: string): boolean {
  return fields.some(({ name }) => name === wanted);
}

/** Another place of a token in the response could show a refresh token as an access token. */
function otherTokens(before: TypeDefinition, after: TypeDefinition): FieldIssue[] {
  const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);
  const issues: FieldIssue[] = [];
  const [was, is] = [before.oauth2?.response, after.oauth2?.response];
  if (was !== undefined && is !== undefined && !isSame(was, is)) {
    issues.push(refusedChange('oauth2.response', 'cannot change'));
  }
  if (!isSame(before.mint, after.mint)) issues.push(refusedChange('mint', 'cannot change'));
  return issues;
}

/** Returns the scheme and the host of a URL template. */
function originOf(url: string | undefined): string | undefined {
  return url === undefined
    ? undefined
    : `${lacksTls(url) ? 'http' : 'https'}://${templateHost(url)}`;
}

function templateHost(url: string): string | undefined {
  return /^(?:https?:\/\/)?([^/?#]*)/i.exec(url)?.[1]?.toLowerCase();
}

function lacksTls(url: string | undefined): boolean {
  return url !== undefined && /^http:/i.test(url);
}
