import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';

/* The random bytes of many ids at once: a call for each took a twentieth of a credentials request. */
const block = new Uint8Array(16 * 256);
let used = block.length;
let last = -Infinity;
let sequence = 0;

/** An id of a row, a UUID of version 7: greater than all that this process has made before. */
export function newId(): string {
  const random = takeRandom();
  const now = Date.now();
  if (now > last) {
    last = now;
    sequence = new DataView(random.buffer, random.byteOffset).getUint32(0) >>> 1;
  } else {
    sequence += 1; // 2^31 of them are free at least, more than a millisecond has room for
  }
  return v7({ random, msecs: last, seq: sequence });
}

function takeRandom(): Uint8Array {
  if (used === block.length) {
    randomFillSync(block);
    used = 0;
  }
  used += 16;
  return block.subarray(used - 16, used);
}
