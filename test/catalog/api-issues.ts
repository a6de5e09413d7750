import type { ConnectionType } from '../../src/core/catalog/catalog.ts';
import { checkConfig, parseConfig } from '../../src/core/catalog/config.ts';
import type { JsonObject } from '../../src/core/catalog/json.ts';
import type { FieldIssue } from '../../src/platform/field-issues.ts';

/** Returns issues as the API shows them: without the codes, which are the connect page's. */
export function inApi(issues: readonly FieldIssue[]) {
  return issues.map(({ path, message }) => ({ path, message }));
}

/** parseConfig with the issues that the API shows. */
export function parseForApi(type: ConnectionType, input: unknown, kept?: JsonObject) {
  const parsed = parseConfig(type, input, kept);
  return parsed.ok ? parsed : { ...parsed, issues: inApi(parsed.issues) };
}

/** checkConfig with the issues that the API shows. */
export function checkForApi(type: ConnectionType, input: unknown) {
  return inApi(checkConfig(type, input));
}
