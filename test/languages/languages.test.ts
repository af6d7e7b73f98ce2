import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Estate } from '../../examples/article/estate';
import {
  type Example,
  guideExample,
  readmeExample,
  runInTypeScript,
  withoutDeclarations,
} from '../docs/language-examples';
import { blocks, page } from '../docs/markdown';
import { translatedSamples } from '../docs/translated-samples';
import { builtPackages, MAVEN_REPOSITORY, ROOT, run, userEnvironment } from '../helpers/packages';
import { pythonPackages } from '../helpers/python-packages';
import { optionsStack } from './extra/options';
import { DECLARED, declarationOf, membersOfTheReference, type Packaged } from './names';
import { examplesIn, FUNCTIONS, samplesOfTheReadme } from './reference';

const MINUTE = 60_000;

/**
 * How a user of a language installs a package and runs the tests of an app: what the README of
 * its example says.
 */
interface Language {
  /** Put before everything. */
  readonly path?: string;
  readonly install?: string;
  readonly test: string;
  /** How many tests have passed, as the language's own tool says it. */
  readonly passed: RegExp;
  /** Where the app has its tests: ours come to them. */
  readonly tests: string;
  readonly ours: Record<string, string>;
  /** The test into which the examples of the pages are put, and how it is called there. */
  readonly examples?: readonly [string, string];
  /** The same with the examples of the API reference, and the samples of the README. */
  readonly reference?: readonly [string, string];
}

const LANGUAGES: Record<string, Language> = {
  go: {
    test: 'go test -v -count=1 ./...',
    passed: /^--- PASS/gm,
    tests: '.',
    ours: { 'extra.go': 'extra_test.go' },
    examples: ['examples.go', 'examples_test.go'],
  },
  java: {
    test: 'mvn -B -ntp test',
    passed: /Tests run: (\d+), Failures: 0, Errors: 0, Skipped: 0$/m,
    tests: 'src/test/java/com/example/article',
    ours: { 'Extra.java': 'ExtraTest.java' },
    examples: ['Examples.java', 'ExamplesTest.java'],
    reference: ['Reference.java', 'Reference.java'],
  },
  python: {
    path: '.venv/bin',
    install: 'python3 -m venv .venv && pip install -q -r requirements-dev.txt',
    test: 'pytest',
    passed: /(\d+) passed in/,
    tests: 'tests',
    ours: { 'extra.py': 'test_extra.py' },
    examples: ['examples.py', 'test_examples.py'],
    reference: ['reference.py', 'test_reference.py'],
  },
  typescript: {
    install: 'npm install --prefer-offline',
    test: 'npm test',
    passed: /^(?:#|ℹ) pass (\d+)$/m,
    tests: 'test',
    ours: { 'extra.ts': 'extra.test.ts', 'options.ts': 'options.ts' },
  },
};

/**
 * What the library says about what cannot work. Class and stack are lost on the way to another
 * language; this is not.
 */
const REFUSED = {
  aNegativeSize:
    '`maxCapacity` must be a whole number of at least 0, got: -1 (InvalidCapacity at ' +
    'Refused/Orders/Tiers/negative)',
  aTemplateAndAField:
    "`template` excludes the tier's own node fields, got: `instanceTypes`. Move them into the " +
    'NodeTemplate, or leave `template` out (TemplateAndNodeFields at Refused/Orders/Tiers/both)',
  anUnknownTier:
    '`name` must be a tier of the cluster ("general"), got: "compute" (UnknownTier at Refused/Orders)',
  aShortTimeout:
    '`agent.containerStopTimeout` must be a duration of at least 1 s, got: 0.5 s (InvalidAgentConfig ' +
    'at Refused/Orders/Tiers/short)',
  aWrongName:
    '`NodeLogDriver.of` must be the name of a log driver: lower-case letters, digits and hyphens, a ' +
    'letter first, got: "json file" (InvalidLogDriver)',
  aClusterWithoutTiers:
    '[Refused/Empty] a cluster needs at least one tier: give it `tiers`, or call `addTier()` (NoTier)',
};

interface Result {
  readonly tests: string;
  readonly refused: Record<string, string>;
  readonly templates: Record<string, string>;
  /** What the examples of the pages make. */
  readonly examples: Record<string, string>;
}

function templatesIn(folder: string): Record<string, string> {
  const names = readdirSync(folder).filter((name) => name.endsWith('.template.json'));
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

/** The examples of the pages, by the stack in which an app's test makes them. */
const EXAMPLES: Record<string, Example> = { Readme: readmeExample(), Guide: guideExample() };

/**
 * A test of an app with the examples of the pages where its comments say so, as far to the right as these.
 */
function withTheExamples(file: string, language: string): string {
  const comment = /^([ \t]*)(?:#|\/\/) The example of the (\w+)\.$/gm;
  return readFileSync(join(__dirname, 'extra', file), 'utf8').replace(
    comment,
    (_, indent: string, name: string) => {
      const code = EXAMPLES[name].get(language);
      if (code === undefined)
        throw new Error(`the example of the ${name} does not stand there in ${language}`);
      return withoutDeclarations(code)
        .split('\n')
        .map((line) => indent + line)
        .join('\n');
    },
  );
}

/** The same with a function for each example of the API reference, and for each sample of the README. */
function withTheReference(file: string, language: string): string {
  const test = readFileSync(join(__dirname, 'extra', file), 'utf8');
  const comment = /^([ \t]*)(?:#|\/\/) The examples of the API reference\.$/m;
  if (!comment.test(test)) throw new Error(`${file} does not say where the examples go`);
  const code = FUNCTIONS[language]([...examplesIn(language), ...samplesOfTheReadme(language)]);
  return test.replace(comment, (_, indent: string) => code.map((line) => indent + line).join('\n'));
}

/**
 * A fresh copy of a language's example, next to the packages as in a checkout after
 * `npx projen package:here`, installed and run.
 */
async function tryOut(folder: string, name: string): Promise<Result> {
  const { path, install, test, tests: folderOfTests, ours, examples, reference } = LANGUAGES[name];
  const cwd = join(folder, 'examples', name);
  cpSync(join(ROOT, 'examples', name), cwd, {
    recursive: true,
    filter: (source) => !/\/(node_modules|\.venv|target|cdk\.out)$/.test(source),
  });
  for (const [from, to] of Object.entries(ours))
    cpSync(join(__dirname, 'extra', from), join(cwd, folderOfTests, to));
  if (examples) writeFileSync(join(cwd, folderOfTests, examples[1]), withTheExamples(examples[0], name));
  if (reference) writeFileSync(join(cwd, folderOfTests, reference[1]), withTheReference(reference[0], name));
  // What the Python app takes but for the library: pip finds it there, and installs the library's package.
  const others = pythonPackages(join(__dirname, 'requirements.txt'));
  const env = userEnvironment({
    PATH: `${path ? `${join(cwd, path)}:` : ''}${process.env.PATH}`,
    PYTHONPATH: others,
    CDK_VALIDATION: 'false',
    MAVEN_OPTS: `-Dmaven.repo.local=${MAVEN_REPOSITORY}`,
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
    PIP_NO_COMPILE: '1', // of a thousand modules, the app needs a few
  });
  if (install) await run(install, { cwd, env });
  const tests = await run(test, { cwd, env });
  // As the CDK's command line does it. Not for the tests: with it, an app of theirs synthesizes when
  // its process ends.
  await run(JSON.parse(readFileSync(join(cwd, 'cdk.json'), 'utf8')).app, {
    cwd,
    env: { ...env, CDK_OUTDIR: join(cwd, 'cdk.out') },
  });
  return {
    tests,
    refused: JSON.parse(readFileSync(join(cwd, 'refused.json'), 'utf8')),
    templates: { ...templatesIn(join(cwd, 'cdk.out')), ...templatesIn(join(cwd, 'options')) },
    examples: examples ? templatesIn(join(cwd, 'examples')) : {},
  };
}

(process.env.LANGUAGES === 'skip' ? describe.skip : describe)(
  'the built packages, in apps of four languages',
  () => {
    const results = new Map<string, Promise<Result>>();
    let fromSource: Record<string, string>;
    let examplesFromSource: Record<string, string>;
    let packages: string;
    let folder: string;

    beforeAll(async () => {
      packages = await builtPackages();
      folder = mkdtempSync(join(packages, 'run-'));
      symlinkSync(join('..', 'dist'), join(folder, 'dist'));
      mkdirSync(join(folder, 'examples'));
      // Maven takes a version that it has seen once for one that never changes.
      rmSync(join(MAVEN_REPOSITORY, 'io/github/cdk-ecs-auto-scaled-cluster'), {
        recursive: true,
        force: true,
      });

      // Two at a time, the slowest first.
      const [first, second] = [
        ['go', 'typescript'],
        ['java', 'python'],
      ].map((names) =>
        names.reduce<Promise<unknown>>((before, name) => {
          const result = before.then(() => tryOut(folder, name));
          results.set(name, result);
          return result.catch(() => {}); // whoever asks for it gets the error
        }, Promise.resolve()),
      );
      const outdir = join(mkdtempSync(join(tmpdir(), 'article-')), 'cdk.out');
      const app = new App({ outdir });
      new Estate(app, 'Article');
      optionsStack(app);
      app.synth();
      fromSource = templatesIn(outdir);
      const examples = new App({ outdir: join(outdir, 'examples') });
      for (const [id, example] of Object.entries(EXAMPLES)) runInTypeScript(example, new Stack(examples, id));
      examples.synth();
      examplesFromSource = templatesIn(examples.outdir);
      await Promise.all([first, second]);
    }, 20 * MINUTE);

    afterAll(() => {
      if (folder) rmSync(folder, { recursive: true, force: true });
    });

    /** The files of the Python package whose path ends so. */
    const inTheWheel = (ending: string) => {
      const program =
        'import sys, zipfile as z; w = z.ZipFile(sys.argv[1]); [sys.stdout.write(w.read(n).decode()) ' +
        'for n in w.namelist() if n.endswith(sys.argv[2])]';
      return run(`python3 -c "${program}" ${join(folder, 'dist', 'python', '*.whl')} ${ending}`, {
        cwd: folder,
      });
    };

    /** The samples on a page, with their languages, and without those of shells. */
    const samplesOn = (path: string, text = page(path).lines.join('\n')) =>
      blocks({ path, lines: text.split('\n') })
        .filter(({ language }) => language !== 'sh')
        .map(({ language, code }) => [language, code]);

    test('the page of the Python package leads to the repository, for it cannot show what stands beside the README', async () => {
      const metadata = await inTheWheel('/METADATA');
      const targets = [...metadata.replace(/^```[\s\S]*?^```/gm, '').matchAll(/\]\(([^)\s]+)\)/g)].map(
        ([, target]) => target,
      );
      expect(targets.length).toBeGreaterThan(10);
      expect(targets.filter((target) => !target.startsWith('https://'))).toEqual([]);
    });

    test('the Python package is a beta, and wheel, jar and Go module lead to the README of their version', async () => {
      const repository = 'https://github.com/cdk-ecs-auto-scaled-cluster/cdk-ecs-auto-scaled-cluster';
      const metadata = await inTheWheel('/METADATA');
      expect(metadata).toMatch(/^Classifier: Development Status :: 4 - Beta$/m);
      expect(metadata).not.toMatch(/Production\/Stable/);
      expect(metadata).toContain(`Home-page: ${repository}/tree/main#readme\n`);
      expect(metadata).toContain(`](${repository}/raw/main/docs/images/architecture.svg)`);
      const java = join(packages, 'dist', 'java');
      const [pom] = readdirSync(java, { recursive: true, encoding: 'utf8' }).filter((name) =>
        name.endsWith('.pom'),
      );
      expect(readFileSync(join(java, pom), 'utf8')).toContain(`<url>${repository}/tree/main#readme</url>`);
      const module = join(packages, 'dist', 'go', 'cdkecsautoscaledcluster', 'README.md');
      const readme = readFileSync(module, 'utf8').replace(/^```[\s\S]*?^```|`[^`\n]*`/gm, '');
      expect(readme).toContain(`](${repository}/blob/main/docs/README.md)`);
      expect(readme.match(/\]\((?!https:)[^)]*\)/g) ?? []).toEqual([]);
    });

    test('the samples of the Python package are Python: those of its page, and those of its docstrings', async () => {
      const ofTheReadme = translatedSamples(packages).filter(({ inReadme }) => inReadme);
      expect(samplesOn('METADATA', await inTheWheel('/METADATA'))).toEqual(
        ofTheReadme.map(({ translations }) => ['python', translations.python]),
      );
      const module = await inTheWheel('cdk_ecs_auto_scaled_cluster/__init__.py');
      expect([...module.matchAll(/^ +Example::$/gm)].length).toBeGreaterThan(50);
      expect(module).not.toMatch(/\b(declare const|const \w+ =|new [A-Z]\w*\()/);
    });

    test('the Go module has no sample that is not Go: its page begins with the one that runs below, and its comments have none', () => {
      const module = join(folder, 'dist', 'go', 'cdkecsautoscaledcluster');
      const [first, ...others] = samplesOn('README.md', readFileSync(join(module, 'README.md'), 'utf8'));
      expect(first).toEqual(['go', EXAMPLES.Readme.get('go')]);
      const [, ...written] = samplesOn('README.md').filter(([language]) => language === 'ts');
      expect(others).toEqual(written);
      const files = readdirSync(module, { recursive: true, encoding: 'utf8' }).filter((name) =>
        name.endsWith('.go'),
      );
      expect(files.length).toBeGreaterThan(50);
      expect(
        files.filter((name) => /^[ \t]*\/\/ +Example:/m.test(readFileSync(join(module, name), 'utf8'))),
      ).toEqual([]);
    });

    test(
      'every name that the API reference has for Python, Java and Go is in the package',
      async () => {
        const members = membersOfTheReference();
        expect(members.length).toBeGreaterThan(400);
        const missing = Object.entries(DECLARED).map(async ([key, read]) => {
          const language = key as Packaged;
          const declared = new Set(await read(join(packages, 'dist')));
          const names = members.map((named) => declarationOf(named, language));
          return [language, names.filter((name) => !declared.has(name))];
        });
        expect(Object.fromEntries(await Promise.all(missing))).toEqual({ Python: [], Java: [], Go: [] });
      },
      MINUTE,
    );

    describe.each(Object.keys(LANGUAGES))('%s', (name) => {
      const result = () => results.get(name) as Promise<Result>;

      test('the app passes its own tests', async () => {
        const matches = [...(await result()).tests.matchAll(new RegExp(LANGUAGES[name].passed, 'gm'))];
        const passed = matches.length === 1 ? Number(matches[0][1]) : matches.length;
        expect(passed).toBeGreaterThanOrEqual(7);
      });

      test("the templates are those of the library's source, byte for byte", async () => {
        const { templates } = await result();
        expect(Object.keys(templates)).toEqual(Object.keys(fromSource));
        expect(Object.keys(templates)).toHaveLength(5);
        expect(templates).toEqual(fromSource);
      });

      if (LANGUAGES[name].examples) {
        test('the examples of the README and of Getting started make in this language what they make in TypeScript', async () => {
          const { examples } = await result();
          expect(Object.keys(examples)).toEqual(['Guide.template.json', 'Readme.template.json']);
          expect(examples).toEqual(examplesFromSource);
        });
      }

      if (LANGUAGES[name].reference) {
        test('every example of the API reference and every sample of the README compiles in Java, and runs in Python', async () => {
          await result();
          const types = Object.values<{ name: string }>(
            JSON.parse(readFileSync(join(ROOT, '.jsii'), 'utf8')).types,
          );
          const examples = examplesIn(name).map(({ type }) => type);
          expect(examples.sort()).toEqual(types.map((type) => type.name).sort());
          expect(samplesOfTheReadme(name)).toHaveLength(
            samplesOn('README.md').filter(([language]) => language === 'ts').length,
          );
        });
      }

      test.each(Object.entries(REFUSED))(
        '%s is refused with the field, the value and the path',
        async (problem, sentence) => {
          expect((await result()).refused[problem]).toContain(sentence);
        },
      );
    });
  },
);
