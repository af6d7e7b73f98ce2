import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtPackages } from '../helpers/packages';

jest.setTimeout(1_800_000);

const REPOSITORY = 'https://github.com/cdk-ecs-auto-scaled-cluster/cdk-ecs-auto-scaled-cluster';
/** A link that leads out of the page, to a place that a registry does not have. */
const RELATIVE = /\]\((?!https?:)[^)]*\)/g;

/** The one file in `dist` whose name ends so. */
function fileIn(dist: string, ending: string): string {
  const files = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith(ending),
  );
  expect(files).toHaveLength(1);
  return join(dist, files[0]);
}

/** Text outside of code, which links are in. */
const withoutCode = (markdown: string) => markdown.replace(/^```[\s\S]*?^```|`[^`\n]*`/gm, '');

(process.env.LANGUAGES === 'skip' ? describe.skip : describe)('the built packages', () => {
  let dist: string;
  let wheel: string;
  beforeAll(async () => {
    dist = join(await builtPackages(), 'dist');
    const folder = mkdtempSync(join(tmpdir(), 'wheel-'));
    execFileSync('python3', ['-m', 'zipfile', '-e', fileIn(join(dist, 'python'), '.whl'), folder]);
    wheel = readFileSync(fileIn(folder, 'METADATA'), 'utf8');
    rmSync(folder, { recursive: true });
  });

  test('the wheel is a beta, and calls itself stable nowhere', () => {
    expect(wheel).toMatch(/^Classifier: Development Status :: 4 - Beta$/m);
    expect(wheel).not.toMatch(/Production\/Stable/);
  });

  test('the page of the wheel on PyPI has no relative link, and pictures that it can load', () => {
    const links = withoutCode(wheel).match(/\]\(([^)]*)\)/g) ?? [];
    expect(links.length).toBeGreaterThan(20);
    expect(withoutCode(wheel).match(RELATIVE) ?? []).toEqual([]);
    expect(wheel).toContain(`](${REPOSITORY}/raw/main/docs/images/architecture.svg)`);
  });

  test('the README of the Go module has no relative link', () => {
    const readme = readFileSync(fileIn(join(dist, 'go'), 'README.md'), 'utf8');
    expect(readme).toContain(`](${REPOSITORY}/blob/main/docs/README.md)`);
    expect(withoutCode(readme).match(RELATIVE) ?? []).toEqual([]);
  });

  test('wheel and jar have the README of their version as home page', () => {
    expect(wheel).toContain(`Home-page: ${REPOSITORY}/tree/main#readme`);
    const pom = readFileSync(fileIn(join(dist, 'java'), '.pom'), 'utf8');
    expect(pom).toContain(`<url>${REPOSITORY}/tree/main#readme</url>`);
  });
});
