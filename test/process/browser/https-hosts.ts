import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The responses of a host that is not the server. */
export type Serve = (message: IncomingMessage, response: ServerResponse) => void;

/** Host names over TLS, all on one port of loopback. */
export type HttpsHosts = {
  /** The options that make chromium resolve them to loopback. */
  resolverRules: string;
  stop: () => Promise<void>;
};

/**
 * Serves `hosts`, and forwards the requests for our `own` host to the server at `url`. The certificate is
 * temporary, so a browser has to ignore certificate errors.
 */
export async function startHttpsHosts(
  own: { host: string; url: string },
  hosts: Readonly<Record<string, Serve>>,
): Promise<HttpsHosts> {
  const server = createServer(await makeCertificate(), (message, response) => {
    const host = message.headers.host ?? '';
    if (host === own.host) return passOn(own.url, message, response);
    const serve = hosts[host];
    if (serve !== undefined) return serve(message, response);
    response.writeHead(404).end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const names = [own.host, ...Object.keys(hosts)];
  const rules = names.map((host) => `MAP ${host}:443 127.0.0.1:${port}`);
  const stop = () =>
    new Promise<void>((done) => {
      server.close(() => done());
      server.closeAllConnections();
    });
  return { resolverRules: `--host-resolver-rules=${rules.join(',')}`, stop };
}

function passOn(url: string, message: IncomingMessage, response: ServerResponse): void {
  const { hostname, port } = new URL(url);
  const { method, url: path, headers } = message;
  const passed = forward({ hostname, port, method, path, headers, agent: false }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  passed.on('error', () => response.destroy());
  message.pipe(passed);
}

async function makeCertificate(): Promise<{ key: Buffer; cert: Buffer }> {
  const folder = await mkdtemp(join(tmpdir(), 'patchbay-tls-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const to = ['-keyout', key, '-out', cert, '-days', '2', '-subj', '/CN=test'];
  await promisify(execFile)('openssl', ['req', '-x509', ...made, ...to]);
  const read = { key: await readFile(key), cert: await readFile(cert) };
  await rm(folder, { recursive: true });
  return read;
}
