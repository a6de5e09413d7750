import { requireNoCanary } from './canary.ts';
import { authorization } from './clients.ts';

/** What an event of a stream holds. */
export type StreamEvent<Data> = {
  data?: Data;
  errors?: { message: string; extensions: Record<string, unknown> }[];
};

/** An open stream of events, and what has come of it. */
export type Subscription<Data> = {
  status: number;
  headers: Headers;
  events: StreamEvent<Data>[];
  /** Waits until so many events have come. */
  have(count: number, withinMilliseconds?: number): Promise<StreamEvent<Data>[]>;
  /** Resolves when the stream ends; `complete` tells whether the server said so. */
  ended: Promise<{ complete: boolean }>;
  close(): void;
};

type Options = {
  key: string | null;
  variables?: Record<string, unknown>;
  accept?: string;
  headers?: Record<string, string>;
};

/** Subscribes over POST, as the endpoint wants it. Resolves when the first bytes of the stream are there. */
export async function subscribe<Data>(
  url: string,
  query: string,
  { key, variables = {}, accept = 'text/event-stream', headers = {} }: Options,
): Promise<Subscription<Data>> {
  const closing = new AbortController();
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { ...authorization(key), 'content-type': 'application/json', accept, ...headers },
    body: JSON.stringify({ query, variables }),
    signal: closing.signal,
  });
  const events: StreamEvent<Data>[] = [];
  let arrived = () => {};
  let complete = false;
  const read = async () => {
    let text = '';
    try {
      for await (const chunk of response.body ?? []) {
        text += Buffer.from(chunk).toString();
        const messages = text.split('\n\n');
        text = messages.pop() ?? '';
        for (const message of messages) {
          if (message.startsWith('event: complete')) complete = true;
          const [, data] = /^event: next\ndata: (.*)$/.exec(message) ?? [];
          if (data !== undefined) events.push(JSON.parse(data));
          arrived();
        }
      }
    } catch {
      // Closed, by either side.
    }
    return { complete };
  };
  const ended = read();
  const have = async (count: number, withinMilliseconds = 5_000) => {
    const giveUp = performance.now() + withinMilliseconds;
    while (events.length < count) {
      const left = giveUp - performance.now();
      if (left <= 0) throw new Error(`${events.length} of ${count}: ${JSON.stringify(events)}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        arrived = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    requireNoCanary('the events', JSON.stringify(events));
    return events;
  };
  const close = () => closing.abort();
  return { status: response.status, headers: response.headers, events, have, ended, close };
}

export type ConnectionEvent = {
  connectionChanged: {
    kind: string;
    connectionId: string;
    connection: { name: string; status: string; version: number } | null;
  };
};

/** Watches the connections of a project, or one of them. */
export function watchConnections(
  url: string,
  variables: { projectId: string; id?: string },
  key: string | null,
): Promise<Subscription<ConnectionEvent>> {
  const query = `subscription($projectId: ID!, $id: ID) { connectionChanged(projectId: $projectId, id: $id) {
    kind connectionId connection { name status version } } }`;
  return subscribe(url, query, { key, variables });
}

/** Events in short: what became of which connection. */
export function kindsOf(events: StreamEvent<ConnectionEvent>[]): [string, string][] {
  return events.map(({ data }) => [
    data?.connectionChanged.kind ?? 'error',
    data?.connectionChanged.connectionId ?? '',
  ]);
}
