import type { ConnectionType } from '../../core/catalog/catalog.ts';
import type { Field } from '../../core/catalog/fields.ts';
import { fieldsOfTemplate, fieldsOfUrl } from '../../core/catalog/templates.ts';
import { fieldsOfEndpoints } from '../../oauth/provider/fill-endpoints.ts';

/** Names of fields that usually say where a service is, for types that do not say how they are called. */
const addressName =
  /(?:^|_)(?:url|uri|host|hostname|server|address|endpoint|domain|dns|base|proxy|port|path)(?:_|$)/;

/**
 * Returns the names of the fields that can decide where a credential is sent. A secret that the app has preset
 * must never go to an address that an end user chooses, so in doubt a field counts.
 */
export function addressFields(type: ConnectionType): ReadonlySet<string> {
  const { fields, http, verify } = type;
  const named = [
    ...(http === undefined ? [] : fieldsOfUrl(http.baseUrl)),
    ...(http?.hostTemplates ?? []).flatMap(fieldsOfTemplate),
    ...(type.oauth2 === undefined ? [] : fieldsOfEndpoints(type)),
    ...(verify?.kind === 'http' && verify.url !== null ? fieldsOfUrl(verify.url) : []),
    ...(verify?.kind === 'protocol'
      ? ['host', 'port'].map((one) => verify.fields[one] ?? one)
      : []),
    ...(verify?.kind === 'protocol' && verify.urlField !== null ? [verify.urlField] : []),
  ];
  const looksLikeOne = fields.filter(isAddress).map(({ name }) => name);
  return new Set([...named, ...looksLikeOne]);
}

function isAddress({ name, kind, format }: Field): boolean {
  if (kind === 'url' || kind === 'port' || format === 'address') return true;
  // An object of any content can hold an address.
  return (kind === 'object' && format !== 'texts') || addressName.test(name);
}
