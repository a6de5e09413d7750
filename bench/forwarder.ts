import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';
import { Agent } from 'undici';

/*
 * What Node and undici give at best as a proxy, without authentication, rules, audit or a credential; and the
 * service behind it. Arguments: `service`, or `forward` and the port of the service.
 */

/** Milliseconds until the service responds, as one in the same data centre does. */
const serviceTime = 10;

const [, , kind = '', port = ''] = process.argv;
const agent = new Agent({ connections: 100 });
const models = Array.from({ length: 10 }, (_, n) => ({ id: `model-${n}`, object: 'model' }));
const body = Buffer.from(JSON.stringify({ object: 'list', data: models }));

const listener: RequestListener = kind === 'service' ? serve : forward;
const server = createServer(listener).listen(0, '127.0.0.1', () => {
  process.send?.(server.address() as AddressInfo);
});
process.on('disconnect', () => process.exit());

function serve(...[, res]: Parameters<RequestListener>): void {
  setTimeout(() => {
    res.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': body.length });
    res.end(body);
  }, serviceTime);
}

/** (d): passes a request on, and streams the response. */
async function forward(...[req, res]: Parameters<RequestListener>): Promise<void> {
  const { host, connection, ...headers } = req.headers;
  const answer = await agent.request({
    origin: `http://127.0.0.1:${port}`,
    path: req.url ?? '/',
    method: 'GET',
    headers,
    body: null,
  });
  res.writeHead(answer.statusCode, answer.headers);
  pipeline(answer.body, res, () => {});
}
