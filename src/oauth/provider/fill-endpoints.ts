import type { ConnectionType } from '../../core/catalog/catalog.ts';
import { type JsonObject, ownValue } from '../../core/catalog/json.ts';
import {
  fieldsOfTemplate,
  fieldsOfUrl,
  fillText,
  fillUrl,
  TemplateValueError,
  type TextTemplate,
  type UrlTemplate,
} from '../../core/catalog/templates.ts';
import { InvalidInputError } from '../../platform/errors.ts';

/** Fills in an endpoint; undefined where the type has none. */
export function fillEndpoint(endpoint: UrlTemplate | null, config: JsonObject): string | undefined {
  return endpoint === null ? undefined : reportField(() => fillUrl(endpoint, config).href);
}

/** Does what {@link fillEndpoint} does; undefined also where a value is missing, as before the first consent. */
export function fillKnownEndpoint(
  endpoint: UrlTemplate | null,
  values: JsonObject,
): string | undefined {
  const isKnown =
    endpoint !== null && fieldsOfUrl(endpoint).every((name) => hasValue(values, name));
  return isKnown ? fillEndpoint(endpoint, values) : undefined;
}

/** Fills in parameters. One whose value is missing is left out. */
export function fillParams(
  templates: Readonly<Record<string, TextTemplate>>,
  values: JsonObject,
): Record<string, string> {
  const filled = Object.entries(templates)
    .filter(([, template]) => fieldsOfTemplate(template).every((name) => hasValue(values, name)))
    .map(([name, template]) => [name, reportField(() => fillText(template, values))] as const);
  return Object.fromEntries(filled);
}

function hasValue(values: JsonObject, name: string): boolean {
  const value = ownValue(values, name);
  return value !== undefined && value !== null && value !== '';
}

/** Reports a value that a template cannot take as a problem of its field. */
function reportField<Filled>(fill: () => Filled): Filled {
  try {
    return fill();
  } catch (error) {
    if (!(error instanceof TemplateValueError)) throw error;
    const issue = { path: `config.${error.field}`, message: error.complaint };
    throw new InvalidInputError([issue], { cause: error });
  }
}

/** Returns the fields of the config that decide where the client's secret and the tokens go. */
export function fieldsOfEndpoints({ oauth2 }: ConnectionType): string[] {
  const endpoints = [
    oauth2?.authorizationEndpoint,
    oauth2?.tokenEndpoint,
    oauth2?.refreshEndpoint,
    oauth2?.revocationEndpoint,
    oauth2?.userinfoEndpoint,
  ];
  const named = endpoints.flatMap((endpoint) => (endpoint ? fieldsOfUrl(endpoint) : []));
  return [...new Set(['authorization_url', 'token_url', ...named])];
}
