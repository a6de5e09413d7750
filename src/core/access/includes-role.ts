import { Role } from '../../platform/db/generated/enums.ts';

const order: readonly Role[] = [Role.viewer, Role.runtime, Role.editor, Role.admin];

/** Whether `role` includes all permissions of `needed`. */
export function includesRole(role: Role, needed: Role): boolean {
  return order.indexOf(role) >= order.indexOf(needed);
}
