import { generateKeyPairSync } from 'node:crypto';

/** A new private key in PEM, as a service account's file has it. */
export function newPrivateKey(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}
