import { describe, expect, it } from 'vitest';
import { isJsonPath, textAt, valueAt } from '../../src/core/catalog/json-path.ts';

const answer = { data: [{ id: 7, email: ' a@example.com ' }], ok: false, 'odata.x': 1 };

describe('a path in a JSON response', () => {
  it.each(['$.data[0].id', 'data[0].id', 'data.0.id', '$.data.0.id'])(
    '%s finds the value',
    (path) => {
      expect(isJsonPath(path)).toBe(true);
      expect(valueAt(answer, path)).toBe(7);
      expect(textAt(answer, path)).toBe('7');
    },
  );

  it.each(['', '.', 'a..b', '$..a', 'a[b]', 'a[*]', 'a b', '$.a[?(@.b)]'])(
    '%j is no path',
    (path) => {
      expect(isJsonPath(path)).toBe(false);
    },
  );

  it('returns nothing where there is nothing, and nothing inherited', () => {
    expect(valueAt(answer, '$.data[1].id')).toBeUndefined();
    expect(valueAt(answer, 'constructor')).toBeUndefined();
    expect(valueAt(answer, 'data.length')).toBeUndefined();
    expect(valueAt('text', 'length')).toBeUndefined();
    expect(valueAt(answer, '$')).toBe(answer);
  });

  it('returns text without blanks around it, and no other kinds of values as text', () => {
    expect(textAt(answer, 'data[0].email')).toBe('a@example.com');
    expect(textAt(answer, 'ok')).toBeUndefined();
    expect(textAt(answer, 'data')).toBeUndefined();
  });
});
