import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { parseUrl } from '../../platform/addresses.ts';
import { connectChecked } from '../outbound/connect-checked.ts';
import {
  OutboundError,
  OutboundRefusedError,
  OutboundTooLargeError,
  OutboundUnreachableError,
} from '../outbound/outbound.errors.ts';
import type { Outbound } from '../outbound/outbound.ts';
import { hostOf } from '../outbound/outbound-policy.ts';

import type { Filtered } from './postgresql-messages.ts';

/** The server of a protocol that is not HTTP. */
export type ServerAddress = { host: string; port: number };

/** Maximum number of bytes that a server can send in one check. A login has a few hundred. */
const mostBytesOfServer = 1024 * 1024;

/**
 * Reads the address of a server from a config. A person may have written a URL or `host:port` as the host.
 * It returns undefined for a text that names no host, such as a path of a socket.
 */
export function readServerAddress(host: string, port: number): ServerAddress | undefined {
  const text = host.trim();
  const isBareIpv6 = /^[\da-f:]+$/i.test(text) && text.split(':').length > 2;
  const authority = isBareIpv6 ? `[${text}]` : text.replace(/^[a-z][a-z\d+.-]*:\/\//i, '');
  const url = parseUrl(`tcp://${authority}`);
  if (url === undefined || url.hostname === '') return undefined;
  return { host: hostOf(url), port: url.port === '' ? port : Number(url.port) };
}

/**
 * Opens a socket to a server if the outbound policy allows its address.
 *
 * @throws OutboundError.
 */
export async function openCheckedSocket(
  outbound: Outbound,
  { host, port }: ServerAddress,
  signal: AbortSignal,
): Promise<Socket> {
  try {
    return await connectChecked({ outbound }, { host, port, signal });
  } catch (error) {
    throw toOutboundFailure(host, error);
  }
}

/** Converts the error of a socket. The new error has no cause, so nothing of the exchange gets into a log. */
export function toOutboundFailure(host: string, error: unknown): OutboundError {
  if (error instanceof OutboundError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'no code';
  return new OutboundUnreachableError(host, code);
}

/**
 * A socket as a client library sees it. The server behind it can be hostile, and a library can throw on
 * bytes that it does not expect: such an error would end the process, so it ends only the socket here. What
 * the server sends is limited, too.
 */
export class GuardedSocket extends Duplex {
  readonly #socket: Socket;
  readonly #host: string;
  readonly #filter: ((bytes: Buffer) => Filtered) | undefined;
  #received = 0;

  /**
   * @param filter decides what of the server's bytes the library gets.
   */
  constructor(socket: Socket, host: string, filter?: (bytes: Buffer) => Filtered) {
    super();
    this.#socket = socket;
    this.#host = host;
    this.#filter = filter;
    socket.on('data', (bytes: Buffer) => this.#receive(bytes));
    socket.on('end', () => this.push(null));
    socket.on('error', (error) => this.destroy(toOutboundFailure(host, error)));
    socket.on('close', () => this.destroy());
  }

  /** The library calls this to connect; the socket is connected already. */
  connect(): void {
    process.nextTick(() => this.emit('connect'));
  }

  setNoDelay(): this {
    this.#socket.setNoDelay(true);
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  setTimeout(): this {
    return this; // the deadline of the check ends the socket
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  override emit(event: string | symbol, ...values: unknown[]): boolean {
    if (event !== 'data') return super.emit(event, ...values);
    try {
      return super.emit(event, ...values);
    } catch {
      this.destroy(new OutboundUnreachableError(this.#host, 'an answer that is not understood'));
      return true;
    }
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(bytes: Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void) {
    this.#socket.write(bytes, encoding, done);
  }

  override _final(done: () => void): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }

  #receive(bytes: Buffer): void {
    if (this.destroyed) return;
    this.#received += bytes.length;
    if (this.#received > mostBytesOfServer) {
      this.destroy(new OutboundTooLargeError(this.#host, mostBytesOfServer));
      return;
    }
    const filtered = this.#filter?.(bytes) ?? { bytes };
    if ('refusal' in filtered) {
      this.destroy(new OutboundRefusedError(this.#host, filtered.refusal));
    } else if (filtered.bytes.length > 0 && !this.push(filtered.bytes)) {
      this.#socket.pause();
    }
  }
}
