import { z } from 'zod';
import { missingOr } from './schema.messages.ts';

/** A TCP port. */
export function port() {
  const message = 'must be an integer from 1 to 65535';
  return z.int(missingOr(message)).min(1, message).max(65535, message);
}

/** An integer that JavaScript counts exactly. */
export function integer() {
  return z.int(missingOr('must be an integer'));
}

/** An integer above zero. */
export function positiveInteger() {
  const message = 'must be a positive integer';
  return z.int(missingOr(message)).positive(message);
}

/** A finite number. */
export function number() {
  return z.number(missingOr('must be a number'));
}

/** A finite number above zero. */
export function positiveNumber() {
  const message = 'must be a positive number';
  return z.number(missingOr(message)).positive(message);
}
