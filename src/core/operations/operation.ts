import type { z } from 'zod';
import type { Role } from '../../platform/db/generated/enums.ts';
import type {
  ConflictError,
  ForbiddenError,
  InvalidInputError,
  NotFoundError,
  UpstreamError,
} from '../../platform/errors.ts';
import type { FieldIssue } from '../../platform/field-issues.ts';
import type { RequestContext } from '../access/request-context.ts';
import type { Deps } from '../deps/deps.ts';

/**
 * Who may perform an operation.
 *
 * - A role: members who hold it in some project. The operation reaches only the projects where they do.
 * - `organization`: members who hold the role in the whole organization.
 * - `app`: members who hold the role, and on a public app's hostname everybody.
 * - `endUserOr`: end users, who reach what is their own, and members who hold the role.
 * - `credential`: everybody with a valid credential of a member.
 */
export type Permission =
  | Role
  | { organization: Role }
  | { app: Role }
  | { endUserOr: Role }
  | 'end user'
  | 'credential'
  | 'anyone';

/** The failures that a mutation can return as a member of its result. */
type FailureClass =
  | typeof InvalidInputError
  | typeof NotFoundError
  | typeof ForbiddenError
  | typeof ConflictError
  | typeof UpstreamError;

/** One thing that the server can do. Transports call it only through `perform`. */
export type Operation<Input, Output> = {
  /** The name of its GraphQL field, and its label in metrics. */
  name: string;
  description: string;
  role: Permission;
  /**
   * The action that the audit log names. `perform` records refusals of it; `run` records success, in the
   * transaction of what it writes. Undefined for a read that leaves no trace.
   */
  audit: string | undefined;
  /** The field of the input that holds a connection's id, for the record of a refusal. */
  connection?: keyof Input & string;
  /** What is valid; a function where the operator's configuration decides that. */
  input: z.ZodType<Input> | ((deps: Deps) => z.ZodType<Input>);
  /**
   * Finds what is wrong for the named connection type, which the organization of the caller may have defined.
   * `hasOthers` says whether `input` finds something wrong too. All problems are told together.
   */
  typeIssues?: (context: RequestContext, given: unknown, hasOthers: boolean) => FieldIssue[];
  /**
   * Finds what `run` may find wrong in the input later, when it knows what is stored. `perform` asks before it
   * fails with ForbiddenError or NotFoundError: a bad request is told as one to every caller.
   */
  inputIssues?: (context: RequestContext, input: Input) => FieldIssue[];
  /** The failures that a caller must expect besides those of every request. */
  errors: readonly FailureClass[];
  run: (context: RequestContext, input: Input) => Promise<Output>;
};

/** Declares an operation. */
export function operation<Input, Output>(
  declared: Operation<Input, Output>,
): Operation<Input, Output> {
  return declared;
}
