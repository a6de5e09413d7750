import type { ConnectionType } from '../../src/core/catalog/catalog.ts';
import type { JsonObject, JsonValue } from '../../src/core/catalog/json.ts';
import { isRows } from '../../src/edge/connect-page/form-rows.tsx';
import { seedApp, seedRequirement } from '../helpers/apps.ts';
import { mintToken } from '../helpers/connect-tokens.ts';
import type { Answer } from '../helpers/http.ts';
import { resolve } from '../helpers/resolve.ts';
import type { TestServer } from '../helpers/server.ts';
import { openBrowser } from './form-browser.ts';
import { type Control, type Done, fillIn, readForm } from './form-reader.ts';

/** A form on an open page. */
export type Form = {
  html: string;
  controls: Control[];
  /** Fills in and sends the form, which must be refused; returns the form as it is shown then. */
  refused: (done: Done) => Promise<Form>;
  /** Fills in and sends the form, which must be accepted; returns what is {@link resolved} then. */
  stored: (done: Done) => Promise<JsonObject | undefined>;
  /** The config that a runtime gets. */
  resolved: () => Promise<JsonObject | undefined>;
  /** Sends entries that no form sends. */
  send: (fields: Record<string, string>) => Promise<Sent>;
};

/** The page that a form leads to, and whether it shows a refusal. */
export type Sent = { status: number; text: string; isRefused: boolean };

/** Opens the page of an app that asks for a connection of the type, for a new user. */
export async function openForm(
  server: TestServer,
  type: Pick<ConnectionType, 'type'>,
  language = 'en',
): Promise<Form> {
  const page = await openPage(server, [type], language);
  return drawForm(page, page.requirementIds[0] ?? '');
}

/** Opens the page of an app that asks for two connections of the type. */
export async function openTwoForms(
  server: TestServer,
  type: Pick<ConnectionType, 'type'>,
): Promise<[Form, Form]> {
  const page = await openPage(server, [type, type], 'en');
  const [one = '', other = ''] = page.requirementIds;
  return [drawForm(page, one), drawForm(page, other)];
}

type Page = {
  server: TestServer;
  appId: string;
  requirementIds: string[];
  html: string;
  submit: (requirementId: string, fields: Record<string, string>) => Promise<Answer>;
};

async function openPage(
  server: TestServer,
  types: Pick<ConnectionType, 'type'>[],
  language: string,
): Promise<Page> {
  const app = await seedApp(server.deps.db, server.home.projectId);
  const requirementIds = [];
  for (const { type } of types) {
    const { id } = await seedRequirement(server.deps.db, app.id, { spec: { type } });
    requirementIds.push(id);
  }
  const browser = openBrowser(server);
  const headers = { 'accept-language': language };
  const { path, text } = await browser.connect(await mintToken(server, app, 'ann'), headers);
  const submit: Page['submit'] = (id, fields) =>
    browser.submitAndFollow(`${path}/requirements/${id}/credentials`, fields, headers);
  return { server, appId: app.id, requirementIds, html: text, submit };
}

function drawForm({ server, appId, submit, ...page }: Page, requirementId: string): Form {
  const send = async (fields: Record<string, string>) => {
    const { status, text } = await submit(requirementId, fields);
    return { status, text, isRefused: status >= 400 || text.includes('aria-invalid="true"') };
  };
  const resolved = async () => {
    const input = { appId, userId: 'ann', references: [{ requirementId }] };
    const [item] = await resolve(server, input);
    return item?.config as JsonObject | undefined; // it came as JSON
  };
  const draw = (html: string): Form => {
    const controls = readForm(html, requirementId);
    const refused = async (done: Done) => {
      const { status, text, isRefused } = await send(fillIn(controls, done));
      if (!isRefused) throw new Error(`The form was not refused: ${status} ${text}`);
      return draw(text);
    };
    const stored = async (done: Done) => {
      const { status, text, isRefused } = await send(fillIn(controls, done));
      if (isRefused || status !== 200) throw new Error(`The form was refused: ${status} ${text}`);
      return resolved();
    };
    return { html, controls, refused, stored, resolved, send };
  };
  return draw(page.html);
}

/** How a person types a config; constants are not typed. */
export function typedIn({ fields }: ConnectionType, config: JsonObject): Done {
  const entries = fields.flatMap((field): [string, string | boolean][] => {
    const value = config[field.name];
    if (field.const !== undefined || field.audience === 'operator' || value === undefined)
      return [];
    const input = `config.${field.name}`;
    if (!isRows(field)) return [[input, asTyped(value)]];
    return Object.entries(Object(value)).flatMap(([name, text], index): [string, string][] => [
      [`${input}.${index}.name`, name],
      [`${input}.${index}.value`, String(text)],
    ]);
  });
  return Object.fromEntries(entries);
}

function asTyped(value: JsonValue): string | boolean {
  if (typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.join('\n');
  return typeof value === 'object' ? JSON.stringify(value, null, 2) : String(value);
}
