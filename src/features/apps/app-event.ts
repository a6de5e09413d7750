import type { App } from '../../platform/db/generated/client.ts';

/** What the audit log keeps of an app that is written. */
export function detailOf(app: Pick<App, 'id' | 'name' | 'hostname' | 'visibility'>) {
  const { id, name, hostname, visibility } = app;
  return { app: id, name, hostname, visibility };
}
