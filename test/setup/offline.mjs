import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';

/*
 * No test and no server of a test reaches a service on the network: every name but those of this machine has
 * no address. Otherwise a result would depend on the network, and a service would see made-up keys.
 */

const isLocal = (name) => /^(?:.+\.)?localhost\.?$|^[\d.]+$|:/i.test(String(name));

function notFound(name) {
  const error = new Error(`getaddrinfo ENOTFOUND ${name}`);
  return Object.assign(error, { code: 'ENOTFOUND', syscall: 'getaddrinfo', hostname: name });
}

const { lookup } = dns;
dns.lookup = (name, ...rest) => {
  if (isLocal(name)) return lookup(name, ...rest);
  process.nextTick(rest.at(-1), notFound(name));
};

const { lookup: lookupPromise } = dns.promises;
dns.promises.lookup = (name, ...rest) =>
  isLocal(name) ? lookupPromise(name, ...rest) : Promise.reject(notFound(name));

syncBuiltinESMExports();
