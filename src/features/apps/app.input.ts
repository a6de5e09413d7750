import { z } from 'zod';
import type { Config } from '../../platform/config/config.ts';
import { AppVisibility } from '../../platform/db/generated/enums.ts';
import { nameText } from '../../platform/input.ts';
import { appHostname } from './app-hostname.ts';
import { connectPageSettings } from './connect-page.input.ts';

/** The fields of an app. Which hostnames are valid, the operator decides. */
function appFields(config: Config) {
  return {
    name: nameText(120),
    hostname: appHostname(config),
    visibility: z.enum(AppVisibility),
    connectPage: connectPageSettings.nullish(),
  };
}

/** What `createApp` takes. */
export function newApp(config: Config) {
  return z.object({ projectId: z.string(), ...appFields(config) });
}

/** What `updateApp` takes: what is left out or null stays as it is. */
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

/** The columns that change. Of the connect page's settings null takes one away. */
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

/** The columns of the connect page's settings that are given. */
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
