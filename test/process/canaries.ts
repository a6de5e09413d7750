import type { ConnectionType } from '../../src/core/catalog/catalog.ts';
import type { Field } from '../../src/core/catalog/fields.ts';
import type { JsonObject, JsonValue } from '../../src/core/catalog/json.ts';
import { fullConfig, sampleText } from '../catalog/sample-configs.ts';

/** Every secret holds this text, and nothing else does. */
export const canary = 'Kanarienvogel7Q';

/** Every public text of a config holds this text; responses may show it, files and logs may not. */
export const publicCanary = 'Spottdrossel9Z';

/** A config with every field; each text in it is a canary. */
export function canaryConfig(type: ConnectionType): JsonObject {
  const texts = type.fields.map((field) => [field.name, canaryValue(field)] as const);
  const known = texts.filter((entry): entry is [string, JsonValue] => entry[1] !== undefined);
  return { ...fullConfig(type), ...Object.fromEntries(known) };
}

function canaryValue(field: Field): JsonValue | undefined {
  const { kind, name, secret, format } = field;
  if (format === 'private_key') return undefined; // only a real key is taken there
  const bird = secret ? canary : publicCanary;
  if (kind === 'string') {
    const text = sampleText(field, `${bird}-${name}`);
    return text.includes(bird) ? text : undefined; // a pattern of digits has no place for it
  }
  if (kind === 'string[]') return [`${bird}-${name}`];
  if (kind === 'object') return { name: `${bird}-${name}` };
  return undefined;
}

/** The encodings in which a text may leak: as it is, in hexadecimal, base64 and UTF-16. */
export function formsOf(text: string): Buffer[] {
  const bytes = Buffer.from(text);
  const inBase64 = [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    return encoded.slice(4, 4 * Math.floor((shift + bytes.length) / 3)); // what depends on no neighbour
  });
  const encoded = [...inBase64, bytes.toString('hex'), bytes.toString('hex').toUpperCase()];
  return [bytes, Buffer.from(text, 'utf16le'), ...encoded.map((form) => Buffer.from(form))];
}

/** Whether any form of the text is among the bytes. */
export function holds(bytes: Buffer | string, text: string): boolean {
  const buffer = Buffer.from(bytes);
  return formsOf(text).some((form) => buffer.includes(form));
}
