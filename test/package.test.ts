import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { pages, prose } from './docs/markdown';

const ROOT = join(__dirname, '..');
const read = (file: string) => JSON.parse(readFileSync(join(ROOT, file), 'utf8'));

describe('the package that is published', () => {
  let tarball: { files: { path: string; size: number; mode: number }[]; size: number; unpackedSize: number };
  let paths: string[];

  beforeAll(() => {
    if (!existsSync(join(ROOT, '.jsii'))) throw new Error('compile first: npx projen compile');
    const output = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: ROOT,
      stdio: 'pipe',
      encoding: 'utf8',
    });
    [tarball] = JSON.parse(output);
    paths = tarball.files.map((file) => file.path);
  });

  test('holds the compiled code, the assembly, the pages and the licence, and nothing else', () => {
    const code = /^(lib\/[\w./-]+\.(js|d\.ts)|\.jsii|package\.json|LICENSE)$/;
    const pages = /^((README|API|CHANGELOG)\.md|docs\/(decisions\/)?[\w-]+\.md|docs\/images\/[\w-]+\.svg)$/;
    const needed = (path: string) => code.test(path) || pages.test(path) || path === 'docs/plan.schema.json';
    // Something new that does not belong to users goes into `addPackageIgnore` in .projenrc.ts.
    expect(paths.filter((path) => !needed(path))).toEqual([]);
  });

  test('lacks nothing', () => {
    expect(paths).toEqual(
      expect.arrayContaining([
        '.jsii',
        'package.json',
        'README.md',
        'LICENSE',
        'lib/index.js',
        'lib/index.d.ts',
        'API.md',
        ...pages('CHANGELOG.md', 'README.md').map(({ path }) => path),
      ]),
    );
    const missing = paths
      .filter((path) => path.endsWith('.js'))
      .map((path) => path.replace(/\.js$/, '.d.ts'));
    expect(missing.filter((path) => !paths.includes(path))).toEqual([]);
  });

  test('has what its pages lead to, but for tests, examples and contributing, which are in the repository', () => {
    const inRepository = /^(test|examples|\.devcontainer)(\/|$)|^(CONTRIBUTING|SECURITY)\.md$/;
    const dead = pages('CHANGELOG.md', 'README.md')
      .filter(({ path }) => paths.includes(path))
      .flatMap((of) =>
        prose(of).flatMap((line) =>
          [...line.matchAll(/\]\((?![a-z]+:|#)([^()\s#]+)(?:#[^()\s]*)?\)/g)].map(([, target]) =>
            normalize(join(of.path, '..', target)),
          ),
        ),
      )
      .filter((target) => !inRepository.test(target))
      .filter((target) => !paths.some((path) => path === target || path.startsWith(`${target}/`)));
    expect(dead).toEqual([]);
  });

  test('has a command that is executable: Python runs it as it is in the package', () => {
    const [command] = Object.values<string>(read('package.json').bin);
    const file = tarball.files.find(({ path }) => path === command);
    expect((file?.mode ?? 0).toString(8)).toBe('755');
  });

  test('is small', () => {
    // A folder that slipped in, source maps, or a table that was compiled in, show here. A quarter is pages.
    expect(tarball.size).toBeLessThan(860_000);
    const pages = tarball.files.filter(({ path }) => path.endsWith('.md') || path.startsWith('docs/'));
    const sizeOf = (files: readonly { size: number }[]) => files.reduce((sum, { size }) => sum + size, 0);
    expect(sizeOf(pages)).toBeLessThan(900_000);
    expect(tarball.unpackedSize - sizeOf(pages)).toBeLessThan(2_700_000);
  });
});

// While nothing has run on AWS, no page of a registry may call it stable.
describe('what the packages say about themselves', () => {
  const manifest = read('package.json');
  const open = Object.keys(read('test/aws/proved.json')).length === 0;

  test('a version before 1.0 that has not run on AWS is experimental: PyPI says Beta, and not stable', () => {
    expect(open).toBe(true);
    expect(manifest.version.split('.')[0]).toBe('0');
    expect(manifest.stability).toBe('experimental');
    expect(manifest.jsii.targets.python.classifiers.join()).not.toMatch(/Development Status|Stable/);
  });

  test('each type in the assembly is experimental, or deprecated', () => {
    const { docs, types } = read('.jsii');
    expect(docs.stability).toBe('experimental');
    const others = Object.values<any>(types).filter(
      (type) => !['experimental', 'deprecated'].includes(type.docs?.stability),
    );
    expect(others.map(({ fqn }) => fqn)).toEqual([]);
  });

  test('the README says so before its first sample', () => {
    const [top] = readFileSync(join(ROOT, 'README.md'), 'utf8').split('```');
    expect(top).toMatch(/Before 1\.0, and not run on AWS yet/);
  });
});

// The tarball has no translations, and a release makes the other packages from it. pacmak would call the
// TypeScript by the name of the language.
describe('the tasks that make the other packages', () => {
  const { tasks } = read('.projen/tasks.json');
  const steps = (name: string) =>
    tasks[name].steps.map((step: any) => step.spawn ?? step.execArgs?.[0] ?? step.exec.split(' ')[0]);

  test.each(['python', 'java', 'dotnet'])('translate the samples first: %s', (language) => {
    expect(steps(`package:${language}`)).toEqual(['rosetta', 'readme-links', 'jsii-pacmak']);
  });

  test('take the translations out of the Go module, which are not Go', () => {
    expect(steps('package:go')).toEqual(['readme-links', 'jsii-pacmak', 'go-samples']);
  });

  test('do both for all packages at once', () => {
    expect(steps('package:here')).toEqual([
      'compile',
      'rosetta',
      'readme-links',
      'jsii-pacmak',
      'go-samples',
      'jsii-pacmak',
    ]);
  });
});

describe('the supply chain', () => {
  const manifest = read('package.json');
  const lock = read('package-lock.json').packages as Record<string, any>;

  test('brings users nothing: no dependency at run time, and no script when it is installed', () => {
    for (const field of [
      'dependencies',
      'optionalDependencies',
      'bundledDependencies',
      'bundleDependencies',
    ]) {
      expect(manifest).not.toHaveProperty(field);
    }
    expect(Object.keys(manifest.peerDependencies)).toEqual(['aws-cdk-lib', 'constructs']);
    const install = /^(pre|post)?(install|prepare|uninstall|publish|pack)$|^prepublishOnly$/;
    expect(Object.keys(manifest.scripts).filter((name) => install.test(name))).toEqual([]);
  });

  test('leaves `npm audit --omit=dev` nothing to look at', () => {
    const atRunTime = Object.entries(lock).filter(
      ([path, { dev, devOptional, peer }]) => path !== '' && !dev && !devOptional && !peer,
    );
    expect(atRunTime.map(([path]) => path)).toEqual([]);
  });

  test('pins every tool exactly, and every package of the lock file by its hash', () => {
    const loose = Object.entries<string>(manifest.devDependencies).filter(
      ([, version]) => !/^(npm:[\w@/-]+@)?\d+\.\d+\.\d+(-alpha\.\d+)?$/.test(version),
    );
    expect(loose).toEqual([]);
    const unhashed = Object.entries(lock).filter(
      ([path, { integrity, inBundle, link }]) => path !== '' && !integrity && !inBundle && !link,
    );
    expect(unhashed.map(([path]) => path)).toEqual([]);
  });

  test('names no registry: a lock file of one machine works on every other', () => {
    expect(Object.values(lock).flatMap(({ resolved }) => resolved ?? [])).toEqual([]);
  });
});

describe('the Python tools of the tests', () => {
  test.each([
    'test/reviewers/requirements.txt',
    'test/iam/requirements.txt',
    'test/languages/requirements.txt',
  ])('are pinned exactly in %s', (file) => {
    const lines = readFileSync(join(ROOT, file), 'utf8').split('\n');
    const packages = lines.filter((line) => line !== '' && !line.startsWith('#'));
    expect(packages.length).toBeGreaterThan(0);
    expect(packages.filter((line) => !/^[\w.-]+==[\w.]+$/.test(line))).toEqual([]);
  });
});
