import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(__dirname, '..', '..');
const PACKAGES = join(ROOT, '.cache', 'packages');

/**
 * The local repository of Maven, of pacmak and of the apps, so that nothing is fetched twice.
 * `npx projen package:here` uses it too.
 */
export const MAVEN_REPOSITORY = join(ROOT, '.cache', 'maven');

/** All that goes into the packages, and what makes them of it. */
const INPUTS = [
  'src',
  'projenrc/rosetta.sh',
  'projenrc/added-imports.ts',
  'projenrc/translations.ts',
  'projenrc/package-readme.ts',
  'projenrc/go-samples.ts',
  'rosetta',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'README.md',
  'LICENSE',
  '.npmignore',
];

const TRANSLATIONS = '.jsii.tabl.json';

const DAY = 24 * 60 * 60 * 1000;

/**
 * The environment of a program that a user would run: nothing of npm's or jest's own that could lead it back
 * into this project.
 */
export function userEnvironment(more: Record<string, string> = {}): NodeJS.ProcessEnv {
  const ours =
    /^(npm_package_|npm_lifecycle_|npm_config_local_prefix|npm_command|npm_execpath|INIT_CWD|JEST_|NODE_ENV|NODE_OPTIONS|FORCE_COLOR)/i;
  return {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name))),
    JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: '20',
    ...more,
  };
}

/** Runs a program and gives what it wrote. One that fails is an error that says all of it. */
export function run(
  command: string,
  options: { cwd: string; env?: NodeJS.ProcessEnv; minutes?: number },
): Promise<string> {
  const { cwd, env = userEnvironment(), minutes = 10 } = options;
  return new Promise((resolve, reject) => {
    const output: string[] = [];
    const child = spawn('bash', ['-c', command], {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: minutes * 60_000,
    });
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => output.push(text));
    child.once('error', reject);
    child.once('close', (code, signal) => {
      const text = output.join('');
      if (code === 0) resolve(text);
      else reject(new Error(`\`${command}\` ended with ${signal ?? code}:\n${text.slice(-8000)}`));
    });
  });
}

/**
 * A folder whose `dist` has the packages of the sources as they are now, as `npx projen package:here` makes
 * them, but built in a copy: the work tree's `lib`, `.jsii` and `dist` stay as they are, whoever else
 * compiles at the time. Built once for each state of the sources.
 */
export async function builtPackages(): Promise<string> {
  const inputs = hashOfInputs();
  const folder = join(PACKAGES, inputs);
  if (existsSync(folder)) {
    utimesSync(folder, new Date(), new Date());
    return folder;
  }
  removeOldOnes();
  const copy = `${folder}-${process.pid}`;
  mkdirSync(copy, { recursive: true });
  for (const input of INPUTS) cpSync(join(ROOT, input), join(copy, input), { recursive: true });
  // The version in the repository, which the examples name; a release has bumped it when it runs the tests.
  const manifest = JSON.parse(readFileSync(join(copy, 'package.json'), 'utf8'));
  writeFileSync(join(copy, 'package.json'), JSON.stringify({ ...manifest, version: '0.0.0' }));
  // A folder of its own: the samples find the package there by its name.
  mkdirSync(join(copy, 'node_modules'));
  for (const name of readdirSync(join(ROOT, 'node_modules'))) {
    if (name !== manifest.name)
      symlinkSync(join(ROOT, 'node_modules', name), join(copy, 'node_modules', name));
  }
  // Rosetta takes those of its last translations that still hold: each that it makes takes a second or two.
  if (existsSync(join(ROOT, TRANSLATIONS))) cpSync(join(ROOT, TRANSLATIONS), join(copy, TRANSLATIONS));
  // What the test command has compiled a minute ago need not be compiled again.
  if (isCompiled(inputs) && manifest.version === '0.0.0') {
    for (const output of ['lib', '.jsii'])
      cpSync(join(ROOT, output), join(copy, output), { recursive: true });
  } else {
    await run('npx jsii --silence-warnings=reserved-word', { cwd: copy });
  }
  await run('bash projenrc/rosetta.sh', { cwd: copy });
  await run('npx tsx projenrc/package-readme.ts', { cwd: copy });
  await run(
    `npx jsii-pacmak -v -t js -t python -t java -t go --maven-local-repository '${MAVEN_REPOSITORY}'`,
    { cwd: copy },
  );
  await run('npx tsx projenrc/go-samples.ts', { cwd: copy });
  if (existsSync(folder)) rmSync(copy, { recursive: true });
  else renameSync(copy, folder);
  return folder;
}

/** The hash of all that the packages are made of. */
export function hashOfInputs(): string {
  const hash = createHash('sha256');
  const add = (path: string): void => {
    if (statSync(join(ROOT, path)).isDirectory()) {
      for (const name of readdirSync(join(ROOT, path)).sort()) add(join(path, name));
    } else {
      hash
        .update(`${path}\0`)
        .update(readFileSync(join(ROOT, path)))
        .update('\0');
    }
  };
  for (const input of INPUTS) add(input);
  return hash.digest('hex').slice(0, 16);
}

/** What is in `lib` and `.jsii`, as `npx projen verify` has compiled it: the hash of its inputs, and when. */
const COMPILED = join(ROOT, '.cache', 'compiled.json');

const compiledAt = (): number => statSync(join(ROOT, '.jsii'), { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** Writes down that `lib` and `.jsii` have just been compiled from inputs with this hash. */
export function noteCompiled(inputs: string): void {
  mkdirSync(join(ROOT, '.cache'), { recursive: true });
  writeFileSync(COMPILED, JSON.stringify({ inputs, at: compiledAt() }));
}

/** Whether `lib` and `.jsii` are what these inputs compile to. */
function isCompiled(inputs: string): boolean {
  if (!existsSync(COMPILED)) return false;
  const noted: { inputs: string; at: number } = JSON.parse(readFileSync(COMPILED, 'utf8'));
  return noted.inputs === inputs && noted.at === compiledAt();
}

/** What has not been asked for since yesterday. */
function removeOldOnes(): void {
  if (!existsSync(PACKAGES)) return;
  for (const name of readdirSync(PACKAGES)) {
    const path = join(PACKAGES, name);
    if (Date.now() - statSync(path).mtimeMs > DAY) rmSync(path, { recursive: true, force: true });
  }
}
