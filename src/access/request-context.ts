import type { AppVisibility } from '../db/generated/enums.ts';
import type { Deps } from '../deps.ts';
import type { Viewer } from './viewer.ts';

/** What every service is called with: the process's means, who calls, and from where. */
export type RequestContext = {
  deps: Deps;
  viewer: Viewer;
  request: RequestFacts;
  /** The app whose hostname was called; null on the management host. */
  app: HostApp | null;
  /**
   * Asks anew who calls, where an answer goes on for longer than a credential may last: of a subscription.
   *
   * @throws UnauthenticatedError when the credential is no more.
   */
  authenticateAgain?: () => Promise<Viewer>;
};

/** An app as far as its hostname says. */
export type HostApp = {
  id: string;
  organizationId: string;
  projectId: string;
  visibility: AppVisibility;
};

export type RequestFacts = {
  /** The value of `X-Request-Id`, in the answer and in the log. */
  id: string;
  /** The client's address; null when the connection is gone already. */
  ip: string | null;
};
