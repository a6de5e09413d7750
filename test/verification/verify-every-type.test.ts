import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ConnectionType } from '../../src/core/catalog/catalog.ts';
import type { Field } from '../../src/core/catalog/fields.ts';
import { type JsonObject, type JsonValue, ownValue } from '../../src/core/catalog/json.ts';
import type { HttpDefinition, VerifyDefinition } from '../../src/core/catalog/type-definition.ts';
import { type Outbound, openOutbound } from '../../src/core/outbound/outbound.ts';
import { planVerification } from '../../src/core/verification/plan-verification.ts';
import { sampleText, sampleValue, shippedType } from '../catalog/sample-configs.ts';
import { stopLocalServers } from '../helpers/providers/local-server.ts';
import { type ServiceAnswer, serveService } from '../helpers/services/http-service.ts';

/* Every shipped type that is verified over HTTP, against a double that behaves as the definition says. */

type Definition = { type: string; http: HttpDefinition; verify: VerifyDefinition; oauth2?: object };

const folder = join(import.meta.dirname, '../../src/core/catalog/types');
const definitions: Definition[] = readdirSync(folder)
  .flatMap((file): Definition[] => JSON.parse(readFileSync(join(folder, file), 'utf8')))
  .filter(({ verify }) => verify !== undefined && verify.protocol === undefined);

let answer: ServiceAnswer;
let service: Awaited<ReturnType<typeof serveService>>;
/** Sends each request to the double, and keeps the host that it was meant for. */
let outbound: Outbound;
let hosts: string[];

beforeAll(async () => {
  service = await serveService(() => answer);
  const real = openOutbound(['127.0.0.1']);
  outbound = {
    ...real,
    checked: (text, init) => {
      const url = new URL(text);
      hosts.push(url.host);
      return real.checked(`${service.url}${url.pathname}${url.search}`, init);
    },
  };
});
afterAll(stopLocalServers);
beforeEach(() => {
  service.requests.length = 0;
  hosts = [];
});

test('there are many such types', () => {
  expect(definitions.length).toBeGreaterThan(200);
});

describe.each(definitions.map((each) => [each.type, each] as const))('%s', (name, definition) => {
  const type = shippedType(name);
  const { http, verify } = definition;
  const values = sampleValues(type, definition);
  const all = { ...values.open, ...values.secret };
  const run = async (given: ServiceAnswer) => {
    answer = given;
    return planVerification(type, values).run(outbound);
  };

  test('asks its service with the credential where the definition puts it', async () => {
    const { ok, account } = answersOf(verify);
    const verdict = await run(ok);
    expect(verdict).toMatchObject({ verdict: 'ok', account });
    const urls = (http.hosts ?? [http.base_url]).map((host) => fill(host, all));
    expect(urls.map((url) => url.replace(/^https?:\/\//, '').split(/[/?]/)[0])).toContain(hosts[0]);
    const [request] = service.requests;
    expect(service.requests).toHaveLength(1);
    expect(request?.method).toBe(verify.method ?? 'GET');
    const places = http.inject ?? (definition.oauth2 ? [bearer] : []);
    for (const place of places) {
      const value = fill(place.value ?? '', all);
      if (place.in === 'query') expect(request?.query.getAll(place.name)).toContain(value);
      else if (place.in === 'header') {
        expect(request?.headers[place.name.toLowerCase()]).toBe(value);
      } else {
        const pair = Buffer.from(`${fill(place.name ?? '', all)}:${value}`).toString('base64');
        expect(request?.headers.authorization).toBe(`Basic ${pair}`);
      }
    }
    for (const [header, value] of Object.entries({ ...http.headers, ...verify.headers })) {
      expect(request?.headers[header.toLowerCase()]).toBe(fill(value, all));
    }
  });

  test('tells refused credentials, missing permissions and failures of the service apart', async () => {
    const { refused, insufficient } = answersOf(verify);
    for (const each of refused) expect(await run(each)).toMatchObject({ verdict: 'refused' });
    for (const each of insufficient) {
      expect(await run(each)).toMatchObject({ verdict: 'insufficient_scope' });
    }
    for (const status of [500, 429]) {
      expect(await run({ status, body: {} })).toMatchObject({ verdict: 'unreachable' });
    }
  });
});

const bearer = { in: 'header', name: 'Authorization', value: 'Bearer {access_token}' } as const;

/** Values for every field, and for the names that a grant keeps. A text can also be a part of a host. */
function sampleValues({ fields }: ConnectionType, { http, verify }: Definition) {
  const texts = [...JSON.stringify({ http, verify }).matchAll(/\{(\w+)\}/g)];
  const kept = Object.fromEntries(
    texts.map(([place, name = '']) => {
      return [name, http.base_url.startsWith(place) ? 'https://kept.example.com' : 'kept1'];
    }),
  );
  const of = (isSecret: boolean) =>
    Object.fromEntries(
      fields
        .filter(({ secret }) => secret === isSecret)
        .map((field) => [field.name, sampleOf(field, http)]),
    );
  const secret = { ...of(true), access_token: 'an-access-token' };
  for (const name of Object.keys(secret)) delete kept[name];
  return { open: { ...kept, ...of(false) }, secret };
}

function sampleOf(field: Field, { hosts }: HttpDefinition): JsonValue {
  if (field.kind === 'url') return `https://${hosts?.[0] ?? 'service.example.com'}/base`;
  if (field.kind !== 'string' || field.format === 'private_key') return sampleValue(field);
  return sampleText(field, 'sample1');
}

function fill(text: string, values: JsonObject): string {
  return text.replaceAll(/\{(\w+)\}/g, (_all, field) => String(ownValue(values, field)));
}

type Sign = { status?: number; path: string; is: JsonValue[] };

/** The responses that a definition describes. */
function answersOf(verify: VerifyDefinition) {
  const [okSign] = signsOf(verify.ok_when);
  const { id, label } = verify.account ?? {};
  const named = [id, label].filter((path) => path !== undefined);
  const body = [...new Set(named)].reduce<JsonValue>(
    (inner, path) => withValue(inner, path, `of ${path}`),
    okSign === undefined ? {} : withValue({}, okSign.path, okSign.is[0] ?? null),
  );
  const refused = verify.refused ?? [401];
  const okStatus = okSign?.status ?? verify.ok?.[0] ?? 200;
  const at = (path: string | undefined) => (path === undefined ? null : `of ${path}`);
  const ofSigns = (signs: Sign[]): ServiceAnswer[] =>
    signs.flatMap(({ status = okStatus, path, is }) =>
      is.map((value) => ({ status, body: withValue({}, path, value) })),
    );
  const ofStatuses = (statuses: number[]): ServiceAnswer[] =>
    statuses.map((status) => ({ status }));
  return {
    ok: { status: okStatus, body },
    account: named.length === 0 ? null : { id: at(id), label: at(label) },
    refused: [...ofStatuses(refused), ...ofSigns(signsOf(verify.refused_when))],
    insufficient: [
      ...ofStatuses((verify.insufficient ?? [403]).filter((status) => !refused.includes(status))),
      ...ofSigns(signsOf(verify.insufficient_when)),
    ],
  };
}

function signsOf(signs: Sign | Sign[] | undefined): Sign[] {
  return [signs ?? []].flat();
}

/** Puts a value at a path such as `$.data[0].id`. */
function withValue(into: JsonValue, path: string, value: JsonValue): JsonValue {
  const steps = path
    .replace(/^\$\.?/, '')
    .replaceAll(/\[(\d+)\]/g, '.$1')
    .split('.')
    .filter((step) => step !== '');
  const [step, ...others] = steps;
  if (step === undefined) return value;
  const rest = others.join('.');
  if (/^\d+$/.test(step)) {
    const list = Array.isArray(into) ? [...into] : [];
    const index = Number(step);
    list[index] = withValue(list[index] ?? {}, rest, value);
    return list;
  }
  const object = (typeof into === 'object' && into !== null ? into : {}) as JsonObject;
  return { ...object, [step]: withValue(object[step] ?? {}, rest, value) };
}
