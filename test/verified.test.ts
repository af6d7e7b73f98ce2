import { lastResults, onDemandFiles } from '../projenrc/verify-all';

describe('the tests on demand', () => {
  // Where this fails, run `npx projen verify:all NAME_OF_THE_FILE` on a commit, and commit
  // test/verified.json.
  test('have run, each of them, and the last result is committed', () => {
    expect(Object.keys(lastResults())).toEqual(onDemandFiles());
  });

  test('passed when they last ran', () => {
    expect(
      Object.entries(lastResults()).filter(([, { passed, failed }]) => passed === 0 || failed > 0),
    ).toEqual([]);
  });
});
