import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Files that start processes wait for much of their time; the others keep the processors busy. So some of
 * the second follow each of the first, and the files at the end are short.
 */
export class Interleaved extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const projects = [...new Set(sorted.map(({ project }) => project))];
    return projects.flatMap((one) => interleave(sorted.filter(({ project }) => project === one)));
  }
}

function interleave(files: TestSpecification[]): TestSpecification[] {
  const waiting = files.filter(({ moduleId }) => moduleId.includes('/test/process/'));
  const busy = files.filter((file) => !waiting.includes(file));
  return [...spread(waiting, 0.6), ...spread(busy, 1)]
    .sort((one, other) => one.at - other.at)
    .map(({ file }) => file);
}

/** Gives each file a position between 0 and `end`. */
function spread(files: readonly TestSpecification[], end: number) {
  return files.map((file, index) => ({ file, at: (end * index) / files.length }));
}
