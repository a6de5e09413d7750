import { z } from 'zod';
import type { Config } from '../../platform/config/config.ts';
import { AppVisibility } from '../../platform/db/generated/enums.ts';
import { nameText } from '../../platform/input.ts';
import { appHostname } from './app-hostname.ts';
import { connectPageSettings } from './connect-page.input.ts';

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
