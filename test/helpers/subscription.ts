import { requireNoCanary } from './canary.ts';
import { authorization } from './clients.ts';

/** The payload of an event. */
export type StreamEvent<Data> = {
  data?: Data;
  errors?: { message: string; extensions: Record<string, unknown> }[];
};

/** An open stream and its events so far. */
export type Subscription<Data> = {
  status: number;
  headers: Headers;
  events: StreamEvent<Data>[];
  /** Waits until `count` events have come. */
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

/** Subscribes over POST. Resolves at the first bytes of the stream. */
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
      // Either side closed the stream.
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

/** Subscribes to the connections of a project or to one of them. */
export function watchConnections(
  url: string,
  variables: { projectId: string; id?: string },
  key: string | null,
): Promise<Subscription<ConnectionEvent>> {
  const query = `subscription($projectId: ID!, $id: ID) { connectionChanged(projectId: $projectId, id: $id) {
    kind connectionId connection { name status version } } }`;
  return subscribe(url, query, { key, variables });
}

/** The kind and the connection of each event. */
export function kindsOf(events: StreamEvent<ConnectionEvent>[]): [string, string][] {
  return events.map(({ data }) => [
    data?.connectionChanged.kind ?? 'error',
    data?.connectionChanged.connectionId ?? '',
  ]);
}
