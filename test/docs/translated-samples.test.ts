import { execFileSync } from 'node:child_process';
import { withoutAddedImports } from '../../projenrc/added-imports';
import { page } from './markdown';
import { translatedSamples } from './translated-samples';

// test/languages runs the Python and compiles the Java. This needs no package, and says which sample to
// write another way.
const samples = translatedSamples();

/** The samples whose translation has something that it must not have, with it. */
const found = (language: string, pattern: RegExp) =>
  samples.flatMap(({ name, translations }) =>
    [...translations[language].matchAll(pattern)].map(([what]) => `${name}: ${what}`),
  );

test('every sample of the README and of the docstrings is translated', () => {
  expect(samples.length).toBeGreaterThan(50);
  expect(new Set(samples.map(({ name }) => name)).size).toBe(samples.length);
  expect(
    samples.filter(({ translations }) => Object.values(translations).includes('')).map(({ name }) => name),
  ).toEqual([]);
});

test('API.md shows those of the docstrings as they were written; the site and the packages have the translations', () => {
  const reference = page('API.md').lines.join('\n');
  const ofTypes = samples.filter(({ inReadme }) => !inReadme);
  const missing = ofTypes.filter(
    ({ typescript }) => !reference.includes(`\`\`\`ts\n${typescript.trim()}\n\`\`\``),
  );
  expect(missing.map(({ name }) => name)).toEqual([]);
});

test('to Python that parses', () => {
  const program = `
import ast, json, sys
for sample in json.load(sys.stdin):
    try:
        ast.parse(sample["translations"]["python"])
    except SyntaxError as error:
        print(sample["name"], error)
`;
  const parse = (some: object[]) =>
    execFileSync('python3', ['-c', program], { input: JSON.stringify(some), encoding: 'utf8' });
  expect(parse([{ name: 'bad', translations: { python: 'declare const vpc: ec2.IVpc;' } }])).toMatch(
    /^bad invalid syntax/,
  );
  expect(parse(samples)).toBe('');
});

test('to Python without a name that jsii writes otherwise: `memoryReservationMiB` is `memory_reservation_mib` there, and rosetta splits it', () => {
  const split = /\b\w*_[kmgt]i_b(?=\b|_)/g;
  expect('memory_reservation_mi_b=256').toMatch(split);
  expect(found('python', split)).toEqual([]);
});

test('to Python without imports, which rosetta adds for some of the names', () => {
  expect(found('python', /^(from|import) .*/gm)).toEqual([]);
  expect(withoutAddedImports('from a import B, B\n# c: C\n\nd(B())', 'declare const c: C;\n\nd({});')).toBe(
    '# c: C\n\nd(B())',
  );
  const own = 'import aws_cdk.aws_sqs as sqs\nfrom a import B\nsqs.Queue(B())';
  expect(withoutAddedImports(own, "import * as sqs from 'aws-cdk-lib/aws-sqs';\nnew sqs.Queue({});")).toBe(
    own,
  );
  expect(
    withoutAddedImports('from a import B, C, B\nB(C())', "import { B, C } from 'a';\nnew B(new C());"),
  ).toBe('from a import B, C\nB(C())');
});

test('to C# without a string over several lines, which has the indentation of the sample in it', () => {
  expect(found('csharp', /@"(?:[^"]|"")*"/g)).toEqual([]);
});
