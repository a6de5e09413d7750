import { describe, expect, it } from 'vitest';
import { compilePattern, createPatternCheck } from '../../src/core/catalog/patterns.ts';

const problemOf = (pattern: string) => createPatternCheck()(pattern);

describe('the pattern of a field', () => {
  it.each(['^sk-[A-Za-z0-9]{20,}$', '^AKIA[0-9A-Z]{16}$', '^[^@\\s]+@[^@\\s]+$', '^(a|b)_\\d+$'])(
    '%s is good',
    (pattern) => {
      expect(problemOf(pattern)).toBeUndefined();
    },
  );

  it('judges a good pattern alike after many others', () => {
    const check = createPatternCheck();
    const problems = Array.from({ length: 100 }, (_, index) => check(`^[A-Za-z0-9-]+${index}?$`));
    expect(problems.filter((problem) => problem !== undefined)).toEqual([]);
  });

  it.each(['(a+)+$', '^(a|aa)+$', '^[a-z]+[0-9a-z]+$', '(.*)*x'])(
    '%s could backtrack',
    (pattern) => {
      expect(problemOf(pattern)).toMatch(/backtrack/);
    },
  );

  it.each(['(?=a)b', '(a)\\1', '(', '[z-a]', '(?<!a)b', 'a{2,1}'])('%s is refused', (pattern) => {
    expect(problemOf(pattern)).toMatch(/^Must be a regular expression/);
  });

  it('matches a megabyte in linear time', () => {
    const matches = compilePattern('^(a+)+$');
    const startedAt = performance.now();
    expect(matches(`${'a'.repeat(1_000_000)}!`)).toBe(false);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  it('takes bounded time for many bad patterns of one definition', () => {
    const check = createPatternCheck();
    const startedAt = performance.now();
    const problems = Array.from({ length: 100 }, (_, index) => check(`^(a|aa)+${index}$`));
    expect(problems.filter((problem) => problem?.includes('backtrack'))).toHaveLength(5);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});
