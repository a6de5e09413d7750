import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import type { Certificate } from './certificate.ts';
import { serveTcp } from './local-tcp.ts';

/** What a MySQL server of a test does. */
export type MysqlBehaviour = {
  /** Undefined for a server without TLS. */
  tls?: Certificate;
  /** The method of authentication. `full` is caching_sha2_password without an entry in its cache. */
  method: 'native' | 'caching' | 'full' | 'clear';
  /** The password that the server accepts. */
  password: string;
  /** An error in place of OK after a good login, as its number. */
  errorAfterLogin?: number;
  /** Sent in place of OK after a query. */
  answer?: Buffer;
};

const clientSsl = 0x800;
const pluginAuth = 0x80000;
const secureConnection = 0x8000;
const protocol41 = 0x200;
const connectWithDatabase = 0x8;

/** A client without TLS asks for the key by which it can encrypt the password. */
const requestForKey = Buffer.from([2]);

function publicKey(): string {
  const { publicKey: made } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return made.export({ type: 'spki', format: 'pem' }).toString();
}

const methods = {
  native: 'mysql_native_password',
  caching: 'caching_sha2_password',
  full: 'caching_sha2_password',
  clear: 'mysql_clear_password',
};

/**
 * Starts a small server that speaks the connection phase of MySQL (Client/Server Protocol, version 10), and
 * answers each query with OK.
 */
export function serveMysql(behaviour: MysqlBehaviour) {
  return serveTcp((socket) => void new MysqlSession(socket, behaviour));
}

class MysqlSession {
  readonly #behaviour: MysqlBehaviour;
  readonly #salt = Buffer.from(randomBytes(20).map((byte) => (byte % 90) + 33));
  #socket: Socket;
  #pending: Buffer = Buffer.alloc(0);
  #state: 'greeted' | 'switched' | 'full' | 'logged in' = 'greeted';

  constructor(socket: Socket, behaviour: MysqlBehaviour) {
    this.#behaviour = behaviour;
    this.#socket = socket;
    this.#listen();
    this.#send(0, this.#greeting());
  }

  #listen(): void {
    this.#socket.on('data', (bytes: Buffer) => {
      this.#pending = Buffer.concat([this.#pending, bytes]);
      while (this.#pending.length >= 4) {
        const length = this.#pending.readUIntLE(0, 3);
        if (this.#pending.length < 4 + length) return;
        const sequence = this.#pending[3] ?? 0;
        const packet = this.#pending.subarray(4, 4 + length);
        this.#pending = this.#pending.subarray(4 + length);
        this.#receive(packet, sequence + 1);
      }
    });
    this.#socket.on('error', () => {});
  }

  #greeting(): Buffer {
    const { tls, method } = this.#behaviour;
    const flags =
      pluginAuth | secureConnection | protocol41 | connectWithDatabase | (tls ? clientSsl : 0);
    const head = Buffer.alloc(31);
    head[0] = 10;
    head.write('8.0.36\0', 1);
    head.writeUInt32LE(7, 8);
    this.#salt.copy(head, 12, 0, 8);
    head.writeUInt16LE(flags & 0xffff, 21);
    head[23] = 45;
    head.writeUInt16LE(2, 24);
    head.writeUInt16LE(flags >>> 16, 26);
    head[28] = 21;
    const method0 = Buffer.from(`${methods[method]}\0`);
    return Buffer.concat([
      head.subarray(0, 29),
      Buffer.alloc(10),
      this.#salt.subarray(8),
      Buffer.from([0]),
      method0,
    ]);
  }

  #receive(packet: Buffer, sequence: number): void {
    const { tls, password, method } = this.#behaviour;
    if (this.#state === 'logged in') {
      this.#answerCommand(packet);
    } else if (this.#state === 'full' && packet.equals(requestForKey)) {
      this.#send(sequence, Buffer.concat([Buffer.from([1]), Buffer.from(publicKey())]));
    } else if (this.#state === 'full') {
      this.#end(packet.toString() === `${password}\0`, sequence);
    } else if (this.#state === 'switched') {
      this.#judge(packet, sequence);
    } else if (tls !== undefined && packet.length === 32) {
      this.#startTls(tls);
    } else if (packet.includes(methods[method])) {
      this.#judge(this.#tokenOf(packet), sequence);
    } else {
      this.#state = 'switched';
      const name = Buffer.from(`${methods[method]}\0`);
      this.#send(
        sequence,
        Buffer.concat([Buffer.from([0xfe]), name, this.#salt, Buffer.from([0])]),
      );
    }
  }

  /** The token in a HandshakeResponse41: after 32 bytes, the user and a zero, with its length before it. */
  #tokenOf(packet: Buffer): Buffer {
    const end = packet.indexOf(0, 32);
    const length = packet[end + 1] ?? 0;
    return packet.subarray(end + 2, end + 2 + length);
  }

  #judge(token: Buffer, sequence: number): void {
    const { method, password } = this.#behaviour;
    if (method === 'full') {
      this.#state = 'full';
      this.#send(sequence, Buffer.from([1, 4]));
    } else if (method === 'clear') {
      this.#end(token.toString() === `${password}\0`, sequence);
    } else if (method === 'native') {
      this.#end(token.equals(nativeToken(password, this.#salt)), sequence);
    } else {
      const isRight = token.equals(cachingToken(password, this.#salt));
      if (isRight) this.#send(sequence, Buffer.from([1, 3]));
      this.#end(isRight, isRight ? sequence + 1 : sequence);
    }
  }

  #end(isRight: boolean, sequence: number): void {
    const { errorAfterLogin } = this.#behaviour;
    if (!isRight) {
      this.#sendError(sequence, 1045, '28000');
    } else if (errorAfterLogin !== undefined) {
      this.#sendError(sequence, errorAfterLogin, '42000');
    } else {
      this.#state = 'logged in';
      this.#send(sequence, Buffer.from([0, 0, 0, 2, 0, 0, 0]));
    }
  }

  #answerCommand(packet: Buffer): void {
    if (packet[0] !== 3) return;
    const { answer } = this.#behaviour;
    if (answer !== undefined) this.#socket.write(answer);
    else this.#send(1, Buffer.from([0, 0, 0, 2, 0, 0, 0]));
  }

  #startTls({ key, cert }: Certificate): void {
    const plain = this.#socket;
    plain.removeAllListeners('data');
    plain.pause();
    // The client may have sent the beginning of TLS together with its request for it.
    if (this.#pending.length > 0) plain.unshift(this.#pending);
    this.#pending = Buffer.alloc(0);
    const secureContext = createSecureContext({ key, cert });
    this.#socket = new TLSSocket(plain, { isServer: true, secureContext });
    this.#listen();
  }

  #sendError(sequence: number, code: number, state: string): void {
    const head = Buffer.from([0xff, code & 0xff, code >>> 8]);
    const text = Buffer.from(`#${state}Access denied for user (using password: YES)`);
    this.#send(sequence, Buffer.concat([head, text]));
    this.#socket.end();
  }

  #send(sequence: number, payload: Buffer): void {
    const head = Buffer.alloc(4);
    head.writeUIntLE(payload.length, 0, 3);
    head[3] = sequence;
    this.#socket.write(Buffer.concat([head, payload]));
  }
}

function hash(algorithm: string, ...parts: Buffer[]): Buffer {
  const made = createHash(algorithm);
  for (const part of parts) made.update(part);
  return made.digest();
}

function xor(one: Buffer, other: Buffer): Buffer {
  return Buffer.from(one.map((byte, index) => byte ^ (other[index] ?? 0)));
}

function nativeToken(password: string, salt: Buffer): Buffer {
  const first = hash('sha1', Buffer.from(password));
  return xor(first, hash('sha1', salt, hash('sha1', first)));
}

function cachingToken(password: string, salt: Buffer): Buffer {
  const first = hash('sha256', Buffer.from(password));
  return xor(first, hash('sha256', hash('sha256', first), salt));
}
