import { z } from 'zod';
import { normalizeHost } from '../../platform/addresses.ts';
import { type Config, isLoopback } from '../../platform/config/config.ts';
import { AppVisibility } from '../../platform/db/generated/enums.ts';
import { nameText, orBlank } from '../../platform/input.ts';
import { appHostname } from './app-hostname.ts';

/** Maximum length of a URL in characters. */
const longestUrl = 2_000;

/** Maximum number of sites that can embed the page. All of them go into one header of every page. */
const mostOrigins = 20;

/* A color in lower case. Black or white text has a contrast of at least 4.58:1 on every color (WCAG 2.2). */
const accentColor = z
  .string()
  .trim()
  .regex(/^#[\da-f]{6}$/i, 'must be a colour such as #1a73e8')
  .transform((color) => color.toLowerCase());

const pageUrl = z
  .instanceof(URL)
  .refine(isPageUrl, 'must be an https URL, or http on a loopback address, without credentials')
  .refine(({ href }) => href.length <= longestUrl, `cannot be longer than ${longestUrl} characters`)
  .transform(({ href }) => href);

const origin = z
  .instanceof(URL)
  .refine(
    (url) => isPageUrl(url) && url.href === `${url.origin}/`,
    'must be an origin such as https://portal.example.com, or http on a loopback address',
  )
  .transform((url) => url.origin);

/** The settings of the connect page. Null removes a setting. */
const connectPageSettings = z.object({
  displayName: orBlank(nameText(120)),
  logoUrl: pageUrl.nullish(),
  accentColor: accentColor.nullish(),
  allowedOrigins: z
    .array(origin)
    .max(mostOrigins, `cannot hold more than ${mostOrigins}`)
    .transform((origins) => [...new Set(origins)])
    .nullish(),
  returnUrl: pageUrl.nullish(),
});

/*
 * Whether a URL is allowed on the page. URL parsers accept hosts with characters such as `*` and `;`,
 * which have a meaning in a header.
 */
function isPageUrl({ protocol, host, hostname, username, password }: URL): boolean {
  if (normalizeHost(host) === undefined || username !== '' || password !== '') return false;
  const isHere = isLoopback(hostname.replace(/^\[|\]$/g, '')); // a URL writes IPv6 in brackets
  return protocol === 'https:' || (protocol === 'http:' && isHere);
}

/** The fields of an app. The operator decides which hostnames are valid. */
function appFields(config: Config) {
  return {
    name: nameText(120),
    hostname: appHostname(config),
    visibility: z.enum(AppVisibility),
    connectPage: connectPageSettings.nullish(),
  };
}

/** Returns the schema of the input of `createApp`. */
export function newApp(config: Config) {
  return z.object({ projectId: z.string(), ...appFields(config) });
}

/**
 * Returns the schema of the input of `updateApp`. A field that is left out or null stays as it is.
 */
export function appChanges(config: Config) {
  const { name, hostname, visibility, connectPage } = appFields(config);
  return z.object({
    id: z.string(),
    name: name.nullish(),
    hostname: hostname.nullish(),
    visibility: visibility.nullish(),
    connectPage,
  });
}

/** Returns the columns that change. Null removes a setting of the connect page. */
export function changedColumns({
  name,
  hostname,
  visibility,
  connectPage,
}: Omit<z.output<ReturnType<typeof appChanges>>, 'id'>) {
  return {
    ...(name != null && { name }),
    ...(hostname != null && { hostname }),
    ...(visibility != null && { visibility }),
    ...pageColumns(connectPage),
  };
}

/** Returns the columns of the given settings of the connect page. */
export function pageColumns(page: z.output<typeof connectPageSettings> | null | undefined) {
  const { displayName, logoUrl, accentColor, allowedOrigins, returnUrl } = page ?? {};
  return {
    ...(displayName !== undefined && { displayName }),
    ...(logoUrl !== undefined && { logoUrl }),
    ...(accentColor !== undefined && { accentColor }),
    ...(allowedOrigins !== undefined && { allowedOrigins: allowedOrigins ?? [] }),
    ...(returnUrl !== undefined && { returnUrl }),
  };
}
