import { recordCommand } from '../../core/audit/record-command.ts';
import {
  type RotatedSigningKey,
  rotateSigningKey,
} from '../../features/connect-tokens/signing-keys.ts';
import { openForWork } from './open-for-work.ts';
import type { RunCommand } from './parse.ts';

export const run: RunCommand = (options, config) =>
  openForWork(config(), async ({ deps }) => {
    const isCompromised = options.compromised === true;
    const rotated = await rotateSigningKey(deps, { isCompromised });
    const detail = { kid: rotated.kid, compromised: isCompromised };
    await recordCommand(deps.sql, { action: 'key.rotate', detail: { keys: 'signing', ...detail } });
    process.stdout.write(`${describeSigningKey(rotated, isCompromised)}\n`);
    return 0;
  });

function describeSigningKey(
  { kid, issuer, signsIn }: RotatedSigningKey,
  isCompromised: boolean,
): string {
  if (isCompromised) {
    return `The key ${kid} signs for ${issuer} from now on. The server refuses every older connect token.`;
  }
  return `The key ${kid} is published and will sign for ${issuer} in ${signsIn / 60} minutes. Existing connect tokens stay valid.`;
}
