import { AppVisibility, type Role } from '../../platform/db/generated/enums.ts';
import {
  AppError,
  type ErrorCode,
  ForbiddenError,
  InvalidInputError,
  NotFoundError,
  UnauthenticatedError,
} from '../../platform/errors.ts';
import type { FieldIssue } from '../../platform/field-issues.ts';
import { fieldIssues } from '../../platform/input.ts';
import { limitToRole } from '../access/project-scope.ts';
import { refusalOf } from '../access/refusal.ts';
import type { RequestContext } from '../access/request-context.ts';
import {
  requireAppCaller,
  requireEndUser,
  requireMember,
  requireOrganization,
  requireRole,
} from '../access/roles.ts';
import { isPerson } from '../access/viewer.ts';
import { recordRefusal } from '../audit/audit.service.ts';
import type { Operation, Permission } from './operation.ts';

declare module '../deps/deps.ts' {
  interface Deps {
    /** Counts an operation for `/metrics`. `outcome` is "ok", or the kind of the failure. */
    observeOperation: (name: string, outcome: 'ok' | ErrorCode, seconds: number) => void;
  }
}

/**
 * Performs an operation: checks the input and the caller's role, narrows the caller to the projects
 * where they hold it, and runs the operation. A refusal of a valid credential is recorded, and every call
 * is measured.
 *
 * @throws UnauthenticatedError, InvalidInputError, ForbiddenError and the operation's own errors; of
 * several that apply, the first in this order.
 */
export async function perform<Input, Output>(
  operation: Operation<Input, Output>,
  context: RequestContext,
  given: unknown,
): Promise<Output> {
  const startedAt = performance.now();
  let outcome: 'ok' | ErrorCode = 'ok';
  try {
    return await performChecked(operation, context, given);
  } catch (error) {
    outcome = error instanceof AppError ? error.kind : 'internal';
    throw error;
  } finally {
    const seconds = (performance.now() - startedAt) / 1_000;
    context.deps.observeOperation(operation.name, outcome, seconds);
  }
}

async function performChecked<Input, Output>(
  operation: Operation<Input, Output>,
  context: RequestContext,
  given: unknown,
): Promise<Output> {
  requireCredential(operation.role, context);
  const input = parseInput(operation, context, given);
  try {
    return await runAdmitted(operation, admit(operation.role, context), input);
  } catch (error) {
    await recordIfRefused(operation, context, input, error); // also if a complaint hides it from the caller
    throw badInputBefore(operation, context, { input, error });
  }
}

/** Returns the complaints about the input in place of an error that hides them. */
function badInputBefore<Input, Output>(
  { inputIssues }: Operation<Input, Output>,
  context: RequestContext,
  { input, error }: { input: Input; error: unknown },
): unknown {
  if (!(error instanceof ForbiddenError || error instanceof NotFoundError)) return error;
  const issues = inputIssues?.(context, input) ?? [];
  return issues.length > 0 ? new InvalidInputError(issues, { cause: error }) : error;
}

/** Asks an anonymous caller for a credential before their input is looked at. */
function requireCredential(permission: Permission, { viewer, app }: RequestContext): void {
  if (viewer.kind !== 'anonymous' || permission === 'anyone') return;
  const isForApps = typeof permission === 'object' && 'app' in permission;
  if (!isForApps || app?.visibility !== AppVisibility.public) throw new UnauthenticatedError();
}

/** The context in which an operation runs: a person reaches only the projects where they hold its role. */
function admit(permission: Permission, context: RequestContext): RequestContext {
  const { viewer, app } = context;
  if (permission === 'anyone') return context;
  if (permission === 'credential') {
    requireMember(viewer);
    return context;
  }
  if (permission === 'end user') {
    requireEndUser(viewer);
    return context;
  }
  if (typeof permission === 'string') {
    requireRole(viewer, permission);
    return narrowed(context, permission);
  }
  if ('organization' in permission) {
    requireOrganization(viewer, permission.organization);
    return narrowed(context, permission.organization);
  }
  if ('endUserOr' in permission) {
    if (viewer.kind === 'connect_token') return context;
    requireRole(viewer, permission.endUserOr);
    return narrowed(context, permission.endUserOr);
  }
  requireAppCaller(viewer, app, permission.app);
  return narrowed(context, permission.app);
}

/*
 * A person who is already narrowed keeps their context: a subscription writes the current viewer into it
 * (core/changes/open-stream.ts), and the resolvers of each event read it there.
 */
function narrowed(context: RequestContext, role: Role): RequestContext {
  const { viewer } = context;
  if (!isPerson(viewer) || viewer.requiredRole === role) return context;
  return { ...context, viewer: limitToRole(viewer, role) };
}

async function runAdmitted<Input, Output>(
  { run }: Operation<Input, Output>,
  context: RequestContext,
  input: Input,
): Promise<Output> {
  try {
    return await run(context, input);
  } catch (error) {
    throw await refusalOf(context, { input }, error);
  }
}

function parseInput<Input, Output>(
  operation: Operation<Input, Output>,
  context: RequestContext,
  given: unknown,
): Input {
  const parsed = parseWithTypes(operation, context, given);
  if (parsed.ok) return parsed.input;
  throw new InvalidInputError(parsed.issues);
}

/** The input, or everything that is wrong with it. */
type ParsedInput<Input> = { ok: true; input: Input } | { ok: false; issues: FieldIssue[] };

/** Parses an input with the schema of its operation, and checks what its connection type says. */
export function parseWithTypes<Input, Output>(
  { input, typeIssues }: Pick<Operation<Input, Output>, 'input' | 'typeIssues'>,
  context: RequestContext,
  given: unknown,
): ParsedInput<Input> {
  const schema = typeof input === 'function' ? input(context.deps) : input;
  const parsed = schema.safeParse(given);
  const issues = parsed.success ? [] : fieldIssues(parsed.error.issues);
  issues.push(...(typeIssues?.(context, given, issues.length > 0) ?? []));
  return parsed.success && issues.length === 0
    ? { ok: true, input: parsed.data }
    : { ok: false, issues };
}

async function recordIfRefused<Input, Output>(
  { audit, connection }: Operation<Input, Output>,
  context: RequestContext,
  input: Input,
  error: unknown,
): Promise<void> {
  if (audit === undefined || !(error instanceof AppError) || error.isRecorded) return;
  const id = connection === undefined ? undefined : input[connection];
  const connectionId = typeof id === 'string' ? id : null;
  await recordRefusal(context, audit, error, { connectionId });
}
