import { generateKeyPairSync } from 'node:crypto';

/** Makes a private key in PEM, as in a service account's file. */
export function newPrivateKey(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}
