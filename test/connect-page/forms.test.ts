import { expect, test } from 'vitest';
import { type ConnectionType, listShippedTypes } from '../../src/core/catalog/catalog.ts';
import { parseConfig } from '../../src/core/catalog/config.ts';
import type { Field } from '../../src/core/catalog/fields.ts';
import type { JsonObject } from '../../src/core/catalog/json.ts';
import { isRows } from '../../src/edge/connect-page/form-rows.tsx';
import { fullConfig, minimalConfig, sampleText } from '../catalog/sample-configs.ts';
import { canary } from '../helpers/canary.ts';
import { newPrivateKey } from '../helpers/private-key.ts';
import { useServer } from '../helpers/server.ts';
import { type Form, openTwoForms, typedIn } from './open-form.ts';

/* The test client searches every response for canaries, and all secrets here are canaries. */

const server = useServer();

/** The types that an end user can be asked for. Only the operator can fill in the others. */
const keyTypes = listShippedTypes().filter(
  ({ oauth2, fields }) =>
    oauth2 === undefined &&
    !fields.some(({ required, audience }) => required && audience === 'operator'),
);
const askedFields = ({ fields }: ConnectionType) =>
  fields.filter(({ const: fixed, audience }) => fixed === undefined && audience !== 'operator');

/** The expected control of a field. */
function controlOf(field: Field): string {
  const { kind, secret, name } = field;
  if (kind === 'boolean') return 'input checkbox';
  if (isRows(field)) return 'rows';
  if (kind === 'enum') return 'select';
  if (kind === 'object' || kind === 'string[]' || name === 'private_key') return 'textarea';
  if (kind === 'url') return 'input url';
  return secret ? 'input password' : 'input text';
}

/** The name of an input in a row of names and values. */
const rowForm = /\.\d+\.(name|value)$/;
const fieldOf = (name: string) => name.replace(rowForm, '');

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

function withoutOperatorFields({ fields }: ConnectionType, config: JsonObject): JsonObject {
  const ofOperator = fields.filter(({ audience }) => audience === 'operator');
  const names = new Set(ofOperator.map(({ name }) => name));
  return Object.fromEntries(Object.entries(config).filter(([name]) => !names.has(name)));
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
  const drawn = controls.map(({ tag, type: kind = '', name }) =>
    rowForm.test(name) ? [fieldOf(name), 'rows'] : [name, `${tag} ${kind}`.trim()],
  );
  const asked = askedFields(type).map((field) => [`config.${field.name}`, controlOf(field)]);
  expect(Object.fromEntries(drawn)).toEqual(Object.fromEntries(asked));
  const names = controls.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { name, label, help = '', attributes } of controls) {
    const field = type.fields.find((one) => `config.${one.name}` === fieldOf(name));
    expect(help).toContain(field?.description ?? '');
    if (rowForm.test(name) && !name.endsWith('.0.name')) continue; // the label names the first input
    const suffix = field?.required ? ' (required)' : ' (optional)';
    expect(label).toBe(`${field?.label}${field?.kind === 'boolean' ? '' : suffix}`);
    expect('required' in attributes).toBe(field?.required);
  }
}

test.each(keyTypes)(
  'the form of $type has every field, is refused empty, and accepts full and minimal configs',
  async (type) => {
    const full = withoutOperatorFields(type, fullConfig(type));
    const everything = { ...full, ...secretsOf(type, Object.keys(full)) };
    let [form, other] = await openTwoForms(server, type);
    expectAsked(type, form);
    if (missedIn(type).length > 0) {
      form = await form.refused({});
      expectRefused(type, form);
    }
    expect(await form.stored(typedIn(type, everything))).toEqual(completed(type, everything));

    const smallest = withoutOperatorFields(type, minimalConfig(type));
    const names = Object.keys(smallest);
    if (names.length === type.fields.length || !parseConfig(type, smallest).ok) return;
    const least = { ...smallest, ...secretsOf(type, names) };
    expect(await other.stored(typedIn(type, least))).toEqual(completed(type, least));
  },
);
