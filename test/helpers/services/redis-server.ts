import { serveTcp } from './local-tcp.ts';

/** Starts a small server that speaks the protocol of Redis: AUTH with one or two words, and PING. */
export function serveRedis({
  user,
  password,
  reply,
}: {
  user?: string;
  password?: string;
  reply?: string;
}) {
  return serveTcp((socket) => {
    let isIn = password === undefined;
    socket.on('data', (bytes: Buffer) => {
      const words = bytes
        .toString()
        .split('\r\n')
        .filter((_, index) => index > 1 && index % 2 === 0);
      const [name, ...given] = words;
      if (reply !== undefined) return void socket.write(reply);
      if (name === 'AUTH') {
        const [login, word] = given.length === 2 ? given : ['default', given[0]];
        isIn = word === password && login === (user ?? 'default');
        socket.write(isIn ? '+OK\r\n' : '-WRONGPASS invalid username-password pair\r\n');
      } else {
        socket.write(isIn ? '+PONG\r\n' : '-NOAUTH Authentication required.\r\n');
      }
    });
  });
}
