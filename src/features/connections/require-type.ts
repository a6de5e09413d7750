import type { RequestContext } from '../../core/access/request-context.ts';
import { visibleTypes } from '../../core/access/visible-types.ts';
import type { ConnectionType } from '../../core/catalog/catalog.ts';
import { InvalidInputError } from '../../platform/errors.ts';
import { unknownType } from './connection.input.ts';

/** @throws InvalidInputError at `type` if the caller can use no such type. */
export function requireType(
  context: Pick<RequestContext, 'deps' | 'viewer' | 'app'>,
  name: string,
): ConnectionType {
  const type = visibleTypes(context).find(name);
  if (type === undefined) throw new InvalidInputError([unknownType]);
  return type;
}

/** @throws InvalidInputError at `type` if the type belongs to another project. */
export function requireTypeInProject(type: ConnectionType, projectId: string): void {
  if (type.projectId === null || type.projectId === projectId) return;
  throw new InvalidInputError([unknownType]);
}
