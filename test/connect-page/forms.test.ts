import { expect, test } from 'vitest';
import { type ConnectionType, listShippedTypes } from '../../src/core/catalog/catalog.ts';
import { parseConfig } from '../../src/core/catalog/config.ts';
import type { Field } from '../../src/core/catalog/fields.ts';
import type { JsonObject } from '../../src/core/catalog/json.ts';
import { fullConfig, minimalConfig, sampleText } from '../catalog/sample-configs.ts';
import { canary } from '../helpers/canary.ts';
import { newPrivateKey } from '../helpers/private-key.ts';
import { useServer } from '../helpers/server.ts';
import { type Form, openTwoForms, typedIn } from './open-form.ts';

/* The test client searches every response for canaries, and all secrets here are canaries. */

const server = useServer();

const keyTypes = listShippedTypes().filter(({ oauth2 }) => oauth2 === undefined);
const askedFields = ({ fields }: ConnectionType) =>
  fields.filter(({ const: fixed }) => fixed === undefined);

/** The expected control of a field. */
function controlOf({ kind, secret, name }: Field): string {
  if (kind === 'boolean') return 'input checkbox';
  if (kind === 'enum') return 'select';
  if (kind === 'object' || kind === 'string[]' || name === 'private_key') return 'textarea';
  if (kind === 'url') return 'input url';
  return secret ? 'input password' : 'input text';
}

const byName = (one: string, other: string) => (one < other ? -1 : 1);

function secretsOf({ fields }: ConnectionType, names: string[]): JsonObject {
  const secrets = fields.filter(({ secret, name }) => secret && names.includes(name));
  const values = secrets.map((field) => {
    const { name, kind, format } = field;
    const value = format === 'private_key' ? newPrivateKey() : sampleText(field, canary());
    return [name, kind === 'object' ? { Authorization: value } : value] as const;
  });
  return Object.fromEntries(values);
}

/** The config with its defaults and constants. */
function completed(type: ConnectionType, config: JsonObject): JsonObject {
  const parsed = parseConfig(type, config);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.issues));
  return { ...parsed.config, ...parsed.secrets };
}

/** The required fields, and those that a rule asks for in an empty config. */
function missedIn(type: ConnectionType): string[] {
  const parsed = parseConfig(type, {});
  const missed = parsed.ok ? [] : parsed.issues.map(({ path }) => path);
  const required = type.fields.filter((field) => field.required).map(({ name }) => name);
  expect(missed).toEqual(expect.arrayContaining(required.map((name) => `config.${name}`)));
  return missed.sort(byName);
}

function expectRefused(type: ConnectionType, { controls }: Form): void {
  const wrong = controls.filter(({ complaint }) => complaint !== undefined);
  expect(wrong.map(({ name }) => name).sort(byName)).toEqual(missedIn(type));
  for (const { complaint, attributes, label } of wrong) {
    expect(complaint).toMatch(/^(Enter|Choose) your .+\.$/);
    expect(complaint).toContain(` your ${label.replace(/ \((required|optional)\)$/, '')}`);
    expect(attributes['aria-invalid']).toBe('true');
  }
  const focused = controls.filter(({ attributes }) => 'autofocus' in attributes);
  expect(focused.map(({ name }) => name)).toEqual([wrong[0]?.name]);
}

function expectAsked(type: ConnectionType, { controls }: Form): void {
  const drawn = controls.map(({ tag, type: kind = '', name }) => [name, `${tag} ${kind}`.trim()]);
  const asked = askedFields(type).map((field) => [`config.${field.name}`, controlOf(field)]);
  expect(Object.fromEntries(drawn)).toEqual(Object.fromEntries(asked));
  expect(drawn).toHaveLength(asked.length);
  for (const { name, label, help = '', attributes } of controls) {
    const field = type.fields.find((one) => `config.${one.name}` === name);
    const suffix = field?.required ? ' (required)' : ' (optional)';
    expect(label).toBe(`${field?.label}${field?.kind === 'boolean' ? '' : suffix}`);
    expect(help).toContain(field?.description ?? '');
    expect('required' in attributes).toBe(field?.required);
  }
}

test.each(keyTypes)(
  'the form of $type has every field, is refused empty, and accepts full and minimal configs',
  async (type) => {
    const everything = { ...fullConfig(type), ...secretsOf(type, Object.keys(fullConfig(type))) };
    let [form, other] = await openTwoForms(server, type);
    expectAsked(type, form);
    if (missedIn(type).length > 0) {
      form = await form.refused({});
      expectRefused(type, form);
    }
    expect(await form.stored(typedIn(type, everything))).toEqual(completed(type, everything));

    const names = Object.keys(minimalConfig(type));
    if (names.length === type.fields.length) return;
    const least = { ...minimalConfig(type), ...secretsOf(type, names) };
    expect(await other.stored(typedIn(type, least))).toEqual(completed(type, least));
  },
);
