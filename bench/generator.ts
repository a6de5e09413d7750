import { type Answer, type HttpClient, openHttpClient } from './http-client.ts';
import type { Job, JobOutcome, JobRequest, Measured } from './job.ts';

/*
 * The load generator, a process of its own: what it takes of the processor is not the server's. It
 * does one job at a time, which the bench sends it, and ends when the bench does.
 */

/** How long an answer may take, in milliseconds. */
const patience = 5_000;

/** Numbers that no earlier run of this process has used. */
let lastNumber = 0;

process.on('disconnect', () => process.exit());
process.on('message', async (job: Job) => {
  process.send?.(await run(job));
});

async function run(job: Job): Promise<JobOutcome> {
  const clients = Array.from({ length: job.clients }, () => openHttpClient(job.port, patience));
  try {
    return { measured: await measure(job, clients) };
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) };
  } finally {
    for (const client of clients) client.close();
  }
}

async function measure(job: Job, clients: readonly HttpClient[]): Promise<Measured> {
  const next = writeRequests(job);
  const times: number[] = [];
  const end = performance.now() + job.seconds * 1_000;
  await Promise.all(
    clients.map(async (client) => {
      for (let start = performance.now(); start < end; ) {
        requireRight(job, await client.send(next()));
        const answered = performance.now();
        if (answered < end) times.push(answered - start);
        start = answered;
      }
    }),
  );
  const sorted = Float64Array.from(times).sort();
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
  return { perSecond: sorted.length / job.seconds, p50: at(0.5), p99: at(0.99) };
}

function requireRight({ status, contains }: Job, answer: Answer): void {
  if (answer.status === status && answer.text.includes(contains)) {
    if (!answer.text.includes('"errors"')) return;
  }
  const text = answer.text.toString().slice(0, 500);
  throw new Error(`A wrong answer: ${answer.status} ${text}`);
}

/** What to send next: the requests in turn, written beforehand where nothing in them changes. */
function writeRequests(job: Job): () => Buffer {
  const written = job.requests.map((request) => {
    const isSame = !request.body?.includes('{{n}}');
    const bytes = writeRequest(job, request);
    return isSame ? () => bytes : () => writeRequest(job, numbered(request));
  });
  let turn = 0;
  return () => {
    const write = written[turn++ % written.length];
    if (write === undefined) throw new Error('A job without requests.');
    return write();
  };
}

function numbered(request: JobRequest): JobRequest {
  lastNumber += 1;
  return { ...request, body: (request.body ?? '').replaceAll('{{n}}', String(lastNumber)) };
}

function writeRequest({ authorization }: Job, { method, path, body }: JobRequest): Buffer {
  const head = [
    `${method} ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    ...(authorization === undefined ? [] : [`Authorization: ${authorization}`]),
    ...(body === undefined ? [] : ['Content-Type: application/json']),
    ...(method === 'POST' ? [`Content-Length: ${Buffer.byteLength(body ?? '')}`] : []),
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body ?? ''}`);
}
