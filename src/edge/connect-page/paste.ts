/*
 * What one pasted text says about several fields. The server and the script of the page both read it, so
 * that the page works with and without script.
 */

/** A JSON file whose keys are names of fields, or a connection string. */
export type PasteKind = 'json_file' | 'url';

/** Maximum length of a pasted text. A service account's file has about 2,500 characters. */
const longestPaste = 100_000;

/** Returns the texts of the fields that a pasted text fills; none if nothing in it fits. */
export function readPaste(
  kind: PasteKind,
  pasted: string,
  fieldNames: readonly string[],
): Map<string, string> {
  const text = pasted.trim();
  if (text === '' || text.length > longestPaste) return new Map();
  const found = kind === 'json_file' ? readJsonFile(text) : readConnectionString(text);
  return new Map([...found].filter(([name]) => fieldNames.includes(name)));
}

function readJsonFile(text: string): Map<string, string> {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return new Map();
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) return new Map();
  const texts = Object.entries(content).flatMap(([name, value]): [string, string][] => {
    if (value === null) return [];
    return [[name, typeof value === 'object' ? JSON.stringify(value) : String(value)]];
  });
  return new Map(texts);
}

/** Names that fields have for each part of a connection string. */
const namesOfParts = {
  host: ['host', 'hostname', 'server_hostname', 'server'],
  port: ['port'],
  database: ['database', 'db', 'dbname', 'database_name'],
  user: ['user', 'username'],
  password: ['password'],
};

/** Reads a text such as `postgresql://ann:secret@db.example.com:5432/shop`. */
function readConnectionString(text: string): Map<string, string> {
  if (!/^[a-z][a-z\d+.-]*:\/\//i.test(text) || !URL.canParse(text)) return new Map();
  const url = new URL(text);
  const parts: Record<keyof typeof namesOfParts, string> = {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port,
    database: url.pathname.replace(/^\//, ''),
    user: url.username,
    password: url.password,
  };
  const found = new Map<string, string>();
  for (const [part, names] of Object.entries(namesOfParts)) {
    const value = decodePart(parts[part as keyof typeof parts]); // the keys of the same object
    if (value !== '') for (const name of names) found.set(name, value);
  }
  return found;
}

/** Decodes a part of an address; a part that is not well encoded stays as it is. */
function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
