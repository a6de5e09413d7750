import type { Child } from 'hono/jsx';
import type { PageApp, PageRequirement } from './load-page.ts';

export function isDone({ state }: PageRequirement): boolean {
  return state.status === 'completed';
}

export function areAllDone(requirements: readonly PageRequirement[]): boolean {
  return requirements.length > 0 && requirements.every(isDone);
}

type LiveProps = {
  app: PageApp;
  base: string;
  requirements: readonly PageRequirement[];
  /** Something is to happen elsewhere. */
  isWaiting: boolean;
  /** When something went wrong last, as far as the page shows it. */
  failedAt?: string | undefined;
  children: Child;
};

/** What the script goes by: whom it tells how far the page is, and what it looks for. */
export function Live({ app, base, requirements, isWaiting, failedAt, children }: LiveProps) {
  const states = requirements.map(({ id, state }) => [id, state.status]);
  return (
    <div
      data-origins={app.allowedOrigins.join(' ')}
      data-status={areAllDone(requirements) ? 'completed' : 'pending'}
      data-base={base}
      data-states={JSON.stringify(Object.fromEntries(states))}
      data-failed-at={failedAt}
      data-waits={isWaiting ? 'yes' : undefined}
    >
      {children}
    </div>
  );
}
