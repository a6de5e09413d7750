import { z } from 'zod';
import type { Config } from '../../platform/config/config.ts';
import { AppVisibility } from '../../platform/db/generated/enums.ts';
import { InvalidInputError } from '../../platform/errors.ts';
import { fieldIssues, nameText } from '../../platform/input.ts';
import { appHostname } from './app-hostname.ts';
import { connectPageSettings } from './connect-page.input.ts';

/*
 * An app's fields are judged here and not where GraphQL takes them: which hostnames there may be is
 * the operator's say.
 */

function appFields(config: Config) {
  return z.object({
    name: nameText(120),
    hostname: appHostname(config),
    visibility: z.enum(AppVisibility),
    connectPage: connectPageSettings.nullish(),
  });
}

function appChanges(config: Config) {
  const { name, hostname, visibility, connectPage } = appFields(config).shape;
  const changes = { name: name.nullish(), hostname: hostname.nullish() };
  return z.object({ ...changes, visibility: visibility.nullish(), connectPage });
}

export type AppFields = z.input<ReturnType<typeof appFields>>;
export type AppChanges = z.input<ReturnType<typeof appChanges>>;

/**
 * The columns of a new app.
 *
 * @throws InvalidInputError naming every field that is wrong.
 */
export function readApp(config: Config, fields: AppFields) {
  const { connectPage, ...app } = parse(appFields(config), fields);
  return { ...app, allowedOrigins: [], ...pageColumns(connectPage) };
}

/**
 * The columns that change; what is left out or null stays, but of the connect page's settings null
 * takes one away.
 *
 * @throws InvalidInputError likewise.
 */
export function readAppChanges(config: Config, fields: AppChanges) {
  const { name, hostname, visibility, connectPage } = parse(appChanges(config), fields);
  return {
    ...(name != null && { name }),
    ...(hostname != null && { hostname }),
    ...(visibility != null && { visibility }),
    ...pageColumns(connectPage),
  };
}

function pageColumns(page: z.output<typeof connectPageSettings> | null | undefined) {
  const { displayName, logoUrl, accentColor, allowedOrigins, returnUrl } = page ?? {};
  return {
    ...(displayName !== undefined && { displayName }),
    ...(logoUrl !== undefined && { logoUrl }),
    ...(accentColor !== undefined && { accentColor }),
    ...(allowedOrigins !== undefined && { allowedOrigins: allowedOrigins ?? [] }),
    ...(returnUrl !== undefined && { returnUrl }),
  };
}

function parse<Schema extends z.ZodType>(schema: Schema, fields: unknown): z.output<Schema> {
  const parsed = schema.safeParse(fields);
  if (!parsed.success) throw new InvalidInputError(fieldIssues(parsed.error.issues));
  return parsed.data;
}
