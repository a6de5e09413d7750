import type { IncomingMessage, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { parseAccept } from 'hono/utils/accept';
import { mostGraphiqlResponses } from '../../platform/limits.ts';

/** The first query in the editor: enough to see that it works and to continue from. */
const firstQuery = `# Welcome to Patchbay.
#
# Put your key into the "Headers" tab below:
#   { "Authorization": "Bearer acc_…" }
# then press the play button (Ctrl-Enter).

query Welcome {
  viewer {
    kind
    role
    organization {
      name
      projects(first: 5) {
        nodes {
          id
          name
          connections(first: 10) {
            totalCount
            nodes {
              id
              name
              type
              status
              secretFields
            }
          }
        }
      }
    }
  }
}
`;

const options = {
  title: 'Patchbay',
  defaultQuery: firstQuery,
  shouldPersistHeaders: false,
  method: 'POST', // without this, GraphiQL would send subscriptions by GET
};

/** The page in each encoding; `identity` is 9 MB. */
type GraphiqlPage = { digest: string } & Record<Encoding, Uint8Array>;
type Encoding = 'br' | 'gzip' | 'identity';

/** Milliseconds for a response; a slower client is cut off. */
const longestResponse = 60_000;

/**
 * Creates the handler of GraphiQL. The page is made once, when the first browser asks for it, and shared
 * by all responses.
 */
export function createGraphiql() {
  let page: Promise<GraphiqlPage> | undefined;
  let responses = 0;
  return async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    if (responses >= mostGraphiqlResponses) {
      res.writeHead(503, { 'Content-Type': 'text/plain', 'Retry-After': '5' });
      return void res.end('GraphiQL is sent to too many clients right now.\n');
    }
    responses += 1;
    const deadline = setTimeout(() => res.destroy(), longestResponse).unref();
    res.once('close', () => {
      responses -= 1;
      clearTimeout(deadline);
    });
    page ??= makePage().catch((error: unknown) => {
      page = undefined;
      throw error;
    });
    sendPage(await page, req, res);
  };
}

/**
 * Whether a browser asks for a page. Other clients that accept everything want to run an operation.
 */
export function wantsGraphiql({ method, headers }: IncomingMessage): boolean {
  const accepted = method === 'GET' ? parseAccept(headers.accept ?? '') : [];
  return accepted.some(({ type, q }) => type.toLowerCase() === 'text/html' && q > 0);
}

function sendPage(page: GraphiqlPage, { headers }: IncomingMessage, res: ServerResponse): void {
  const encoding = chooseEncoding(headers['accept-encoding']);
  const etag = `"${page.digest}-${encoding}"`;
  res.setHeader('Cache-Control', 'no-cache');
  res.setHeader('ETag', etag);
  res.appendHeader('Vary', 'Accept, Accept-Encoding');
  const known = headers['if-none-match']?.split(',').map((tag) => tag.trim().replace('W/', ''));
  if (known?.includes(etag) || known?.includes('*')) return void res.writeHead(304).end();
  if (encoding !== 'identity') res.setHeader('Content-Encoding', encoding);
  res.setHeader('Content-Type', 'text/html; charset=utf-8');
  res.setHeader('Content-Length', page[encoding].byteLength);
  res.end(page[encoding]);
}

function chooseEncoding(header = ''): Encoding {
  const accepted = parseAccept(header).filter(({ q }) => q > 0);
  const names = accepted.map(({ type }) => type.toLowerCase());
  return (['br', 'gzip'] as const).find((name) => names.includes(name)) ?? 'identity';
}

/*
 * The module has 9 MB and takes a second to read and compress. A thread does that, and its memory is free
 * afterwards.
 */
const work = `
  const { parentPort, workerData: { module, options } } = require('node:worker_threads');
  const { createHash } = require('node:crypto');
  const { brotliCompressSync, constants, gzipSync } = require('node:zlib');
  const identity = new Uint8Array(Buffer.from(require(module).renderGraphiQL(options)));
  const digest = createHash('sha256').update(identity).digest('base64url').slice(0, 22);
  const gzip = new Uint8Array(gzipSync(identity));
  const br = new Uint8Array(
    brotliCompressSync(identity, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }),
  );
  const transfer = [identity.buffer, gzip.buffer, br.buffer];
  parentPort.postMessage({ digest, identity, gzip, br }, transfer);
`;

function makePage(): Promise<GraphiqlPage> {
  const module = createRequire(import.meta.url).resolve('@graphql-yoga/render-graphiql');
  const thread = new Worker(work, { eval: true, workerData: { module, options } });
  return new Promise((resolve, reject) => {
    thread.once('message', resolve);
    thread.once('error', reject);
    thread.once('exit', () => reject(new Error('GraphiQL was not made.')));
  });
}
