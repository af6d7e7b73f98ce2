import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ts from 'typescript';
import { type Block, blocks, pages, ROOT } from './markdown';

jest.setTimeout(300_000);

/** A sample, the file that is made of it, and where its lines stand on the page. */
interface Sample {
  readonly file: string;
  readonly text: string;
  readonly where: (line: number) => string;
}

const FIXTURE = readFileSync(join(ROOT, 'rosetta', 'default.ts-fixture'), 'utf8');
/**
 * `declare const vpc: ec2.IVpc` stands in a sample for what a reader has already, and in its wrapping inside
 * of a constructor.
 */
const DECLARE_IN_A_BODY = 1184;

// there is no such folder: the files exist in memory only
const SAMPLES = join(ROOT, 'test', 'docs', 'samples');

/**
 * Wraps a sample as jsii-rosetta does for the README: its imports at the top, the rest where the fixture says
 * `/// here`. One that exports something is a whole file.
 */
function sampleOf(path: string, { line, code }: Block, number: number): Sample {
  const file = join(SAMPLES, `sample${number}.ts`);
  const { statements } = ts.createSourceFile('sample.ts', code, ts.ScriptTarget.ES2022);
  const exported = (statement: ts.Statement) =>
    ts.canHaveModifiers(statement) &&
    ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
  if (statements.some(exported)) return { file, text: code, where: (at) => `${path}:${line + at - 1}` };
  const lines = code.split('\n');
  const hoisted = statements.filter(ts.isImportDeclaration).map((statement) => statement.end);
  const end = hoisted.length === 0 ? 0 : code.slice(0, Math.max(...hoisted)).split('\n').length;
  const [before, after] = FIXTURE.split('/// here');
  const imports = lines
    .slice(0, end)
    .map((text) => `${text}\n`)
    .join('');
  const head = imports + before;
  const offset = head.split('\n').length;
  return {
    file,
    text: `${head}\n${lines.slice(end).join('\n')}\n${after}`,
    where: (at) => `${path}:${at <= end ? line + at - 1 : line + end + at - 1 - offset}`,
  };
}

/** One program for all of them: what CDK and the library export is read once. */
function problemsOf(samples: readonly Sample[]): string[] {
  const config = ts.readConfigFile(join(ROOT, 'tsconfig.dev.json'), ts.sys.readFile);
  const parsed = ts.parseJsonConfigFileContent({ ...config.config, files: [], include: [] }, ts.sys, ROOT);
  // The fixture imports more than a sample needs.
  const options: ts.CompilerOptions = {
    ...parsed.options,
    noUnusedLocals: false,
    noUnusedParameters: false,
    types: ['node'],
  };
  const byFile = new Map(samples.map((sample) => [sample.file, sample]));
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (file) => byFile.has(file) || fileExists.call(host, file);
  host.readFile = (file) => byFile.get(file)?.text ?? readFile.call(host, file);
  host.getSourceFile = (file, languageVersion, ...rest) => {
    const sample = byFile.get(file);
    return sample === undefined
      ? getSourceFile.call(host, file, languageVersion, ...rest)
      : ts.createSourceFile(file, sample.text, languageVersion, true);
  };
  const program = ts.createProgram({ rootNames: [...byFile.keys()], options, host });
  return samples.flatMap((sample) => {
    const source = program.getSourceFile(sample.file);
    if (source === undefined) throw new Error(`${sample.file} is not in the program`);
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
      .filter(({ code }) => code !== DECLARE_IN_A_BODY)
      .map((diagnostic) => {
        const { line } = source.getLineAndCharacterOfPosition(diagnostic.start ?? 0);
        return `${sample.where(line + 1)}: ${ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n')}`;
      });
  });
}

const bad: Block = {
  language: 'ts',
  line: 7,
  code:
    "import * as sqs from 'aws-cdk-lib/aws-sqs';\n\n" +
    'declare const vpc: ec2.IVpc;\n' +
    "new EcsAutoScaledCluster(this, 'Orders', { vpc, tires: [] });\n" +
    "new sqs.Quue(this, 'Q');",
};

test('every TypeScript sample of the guides compiles, and one that does not is found with its line', () => {
  const samples = pages().flatMap((page) =>
    blocks(page)
      .filter(({ language }) => language === 'ts')
      .map((block) => ({ path: page.path, block })),
  );
  expect(samples.length).toBeGreaterThan(20);
  const files = samples.map(({ path, block }, index) => sampleOf(path, block, index));
  const problems = problemsOf([...files, sampleOf('bad.md', bad, files.length)]);
  expect(problems.filter((problem) => !problem.startsWith('bad.md'))).toEqual([]);
  expect(problems).toEqual([
    expect.stringMatching(/^bad\.md:10: .*tires/s),
    expect.stringMatching(/^bad\.md:11: .*Quue/s),
  ]);
});
