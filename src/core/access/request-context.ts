import type { AppVisibility } from '../../platform/db/generated/enums.ts';
import type { Deps } from '../deps/deps.ts';
import type { Viewer } from './viewer.ts';

/**
 * The context of every service call: the parts of the process, the caller, and where the request came
 * from.
 */
export type RequestContext = {
  deps: Deps;
  viewer: Viewer;
  request: RequestFacts;
  /** The app on whose hostname the request arrived; null on the management host. */
  app: HostApp | null;
  /** The columns that a read loads of its records, as Prisma's `select` or `include`; all when left out. */
  selection?: object;
  /** Present if the response goes on for a while, such as for a subscription. */
  lasting?: LastingAnswer;
};

/** A response that may outlive its credential or its client. */
export type LastingAnswer = {
  /**
   * Looks up the caller again.
   *
   * @throws UnauthenticatedError if the credential is no longer valid.
   */
  authenticate(): Promise<Viewer>;
  /** Calls back when the client has gone, or at once if it already has. */
  onGone(callback: () => void): void;
};

/** The facts of an app that its hostname leads to. */
export type HostApp = {
  id: string;
  organizationId: string;
  projectId: string;
  visibility: AppVisibility;
  /** The version of the organization's custom types when the app was found. */
  typesVersion: number;
};

export type RequestFacts = {
  /** The value of `X-Request-Id`, which is in the response and in the log. */
  id: string;
  /** The address of the client; null if the socket is already closed. */
  ip: string | null;
};
