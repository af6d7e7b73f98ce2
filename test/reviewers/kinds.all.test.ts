import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { acceptedFindings, unexplained } from './finding';
import { cfnLint, review, reviewOf, templatesIn } from './reviewers';

jest.setTimeout(600_000); // the reviewers are fetched once

const outdir = mkdtempSync(join(tmpdir(), 'kinds-'));
const floor = join(outdir, 'floor');
const newest = join(outdir, 'newest');

beforeAll(() =>
  Promise.all([
    review(floor, 'floor', { program: 'review-kinds.ts' }),
    review(newest, 'newest', { program: 'review-kinds.ts' }),
  ]),
);
afterAll(() => rmSync(outdir, { recursive: true, force: true }));

describe('every kind of node', () => {
  test("passes aws-cdk-lib's own validator and is the same on the floor and on the newest CDK", () => {
    expect(reviewOf(newest).cdk).not.toBe(reviewOf(floor).cdk);
    const [old, current] = [floor, newest].map(
      (folder) => templatesIn(folder)['Kinds.template.json'].Resources,
    );
    expect(Object.keys(old).length).toBeGreaterThan(50);
    expect(current).toEqual(old);
  });

  test('passes cfn-lint', async () => {
    const accepted = acceptedFindings().map(({ rules }) => ({ rules, places: ['…'] }));
    expect(unexplained(await cfnLint(floor), accepted)).toEqual([]);
  });
});
