import { describe, expect, it } from 'vitest';
import { canary, canaryKey, canaryToken, guard, requireNoCanary } from '../helpers/canary.ts';

/* Every log line and response of the test servers goes through this guard, so it must find secrets. */

describe('the guard against leaked secrets', () => {
  it.each([
    ['a provider key', canary()],
    ['an access key', canaryKey()],
    ['a personal access token', canaryToken()],
    ['a secret that the server made', guard('7fQz-made-by-the-server-of-this-test')],
    ['one that is shorter than its beginning', guard('⟪q⟫')],
  ])('finds %s without printing it', (_, secret) => {
    const text = `acc_ pat_ c4n4 7fQz-… ${secret} acc_`;
    expect(() => requireNoCanary('a text', text)).toThrow(/^A secret leaked into a text: …acc_ /);
    expect(() => requireNoCanary('a text', text)).not.toThrow(secret);
  });

  it('finds nothing in a text that only begins like a secret', () => {
    expect(() => requireNoCanary('a text', 'acc_ pat_ c4n4 7fQz-…')).not.toThrow();
  });
});
