import { z } from 'zod';
import { isLoopback } from '../../platform/config/config.ts';
import { normalizeHost } from '../../platform/host-name.ts';
import { nameText, orBlank } from '../../platform/input.ts';

const longestUrl = 2_000;
const mostOrigins = 20;

/* A color. Black or white text has a contrast of at least 4.58:1 on every color (WCAG 2.2). */
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
export const connectPageSettings = z.object({
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
  const isHere = isLoopback(hostname.replace(/^\[|\]$/g, ''));
  return protocol === 'https:' || (protocol === 'http:' && isHere);
}
