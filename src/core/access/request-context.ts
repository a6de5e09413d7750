import type { AppVisibility } from '../../platform/db/generated/enums.ts';
import type { Deps } from '../deps/deps.ts';
import type { Viewer } from './viewer.ts';

/** What every service is called with: the process's means, who calls, and from where. */
export type RequestContext = {
  deps: Deps;
  viewer: Viewer;
  request: RequestFacts;
  /** The app whose hostname was called; null on the management host. */
  app: HostApp | null;
  /** Where the answer goes on, as of a subscription. */
  lasting?: LastingAnswer;
};

/** An answer that may go on for longer than its credential lasts, or than somebody is there to read it. */
export type LastingAnswer = {
  /**
   * Asks anew who calls.
   *
   * @throws UnauthenticatedError when the credential is no more.
   */
  authenticate(): Promise<Viewer>;
  /** Calls back when nobody is there any more, at once if so. */
  onGone(callback: () => void): void;
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
