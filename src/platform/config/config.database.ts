import { parseUrl } from '../addresses.ts';

const address = 'a PostgreSQL address such as postgresql://user@host:5432/database';

const encoding =
  'write these characters of a user name or password percent-encoded: @ as %40, / as %2F, # as %23, ? as %3F, : as %3A, % as %25';

const ownSchema =
  'the address of a database whose schema "public" is for Patchbay alone: another schema, by "schema" or "search_path", is not supported. Give Patchbay a database of its own';

/**
 * Returns what `DATABASE_URL` must be, as the end of "DATABASE_URL must be …"; undefined if it is valid.
 */
export function findDatabaseUrlFault(text: string): string | undefined {
  if (!/^postgres(ql)?:\/\//.test(text)) return address;
  const url = parseUrl(text);
  if (url === undefined) return text.includes('@') ? `${address}; ${encoding}` : address;
  if (isBroken(url)) return `${address}; ${encoding}`;
  if (namesOtherSchema(url.searchParams)) return ownSchema;
  const modes = url.searchParams.getAll('sslmode');
  return modes.every((mode) => sslModes.includes(mode)) ? undefined : knownSslModes;
}

const sslModes = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'];

const knownSslModes = `an address whose sslmode is one of ${sslModes.join(', ')}`;

/** Whether a part of the password has probably become another part of the URL. */
function isBroken({ username, password, pathname, search, searchParams, hash }: URL): boolean {
  if (pathname.includes('@') || hash !== '') return true;
  const givesUser = searchParams.has('user') || searchParams.has('password');
  if (search.includes('@') && username === '' && !givesUser) return true;
  try {
    decodeURIComponent(username);
    decodeURIComponent(password);
    return false;
  } catch {
    return true;
  }
}

/*
 * Prisma, JDBC and Go each have a parameter for the schema; PostgreSQL has only its start-up options.
 */
function namesOtherSchema(parameters: URLSearchParams): boolean {
  const given = [...parameters].map(([name, value]) => [name.toLowerCase(), value] as const);
  return given.some(([name, value]) =>
    name === 'options'
      ? /search[_-]path/i.test(value) // PostgreSQL reads "--Search-Path" too
      : ['schema', 'currentschema', 'search_path'].includes(name) && value !== 'public',
  );
}
