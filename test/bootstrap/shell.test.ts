import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Aws, CfnParameter, Lazy, Stack } from 'aws-cdk-lib';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as fc from 'fast-check';
import { DELIVERABLE } from '../../src/bootstrap/private/deliverable-text';
import { BOUNDARY } from '../../src/bootstrap/private/multipart';
import { hereDocument, Shell } from '../../src/bootstrap/private/shell';
import { seeds } from '../helpers/on-demand';
import { evaluate } from '../helpers/user-data';

const HOSTILE = [
  '',
  ' ',
  "'",
  "''",
  "'\\''",
  "a'b''c'''d",
  '"',
  '\\',
  '\\\\n',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: that is the point
  '$HOME ${HOME} $(id) `id` $((1+1))',
  '!history !!',
  '~ * ? [a] {a,b}',
  '-n',
  '-e \\t',
  '--',
  '#!/bin/bash',
  'a\nb',
  '\n',
  '\n\n\n',
  'ends with newlines\n\n',
  '\nX\n',
  'X',
  'PY\n',
  'tab\there',
  '\r',
  'windows\r\n',
  'bell\x07 escape\x1b[31m',
  '\x01\x02\x7f',
  'é',
  '日本語 🚀',
  '\u2028\u2029\u00a0\ufeff',
  `--${BOUNDARY}`,
  `\n--${BOUNDARY}--\n`,
  'MIME-Version: 1.0',
  '%s %d %%',
  '=',
  'a=b',
  ';rm -rf /tmp/nothing;',
  '&& || | & ; < > ( )',
  '/*\n*/',
];

const text = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc.string({ unit: 'grapheme-ascii', maxLength: 40 }),
  fc.string({
    unit: fc.constantFrom("'", '"', '\\', '$', '`', '\n', '\r', '\t', ' ', 'X', 'é', BOUNDARY),
    maxLength: 20,
  }),
  fc.string({ unit: 'binary', maxLength: 30 }).map((value) => value.replaceAll('\0', '')),
);

// Real processes, on a machine that may be busy.
jest.setTimeout(60_000);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'shell-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs commands in a real bash and returns the bytes that they print. */
function bash(script: string): Buffer {
  expect(script).toMatch(/^[\t\n\x20-\x7e]*$/);
  const file = join(folder, 'script');
  writeFileSync(file, script);
  return execFileSync('bash', [file], { stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1 << 26 });
}

/** What `printf` sees when it is given these strings as words. */
function throughBash(values: string[]): string[] {
  const shell = new Shell();
  const words = values.map((value) => `printf '%s\\0' ${shell.word(value)}`);
  const script = ['set -euo pipefail', ...shell.functions(), shell.declarations(), ...words].join('\n');
  return bash(script).toString('utf8').split('\0').slice(0, -1);
}

describe('a string of a user', () => {
  test.each(HOSTILE)('reaches the node unchanged: %j', (value) => {
    expect(throughBash([value])).toEqual([value]);
  });

  test('reaches the node unchanged, whatever characters it has', () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 50, maxLength: 200 }), (values) => {
        expect(throughBash(values)).toEqual(values);
      }),
      { numRuns: seeds(15, 60) },
    );
  });

  test('is one word, so that nothing in it is read as shell', () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 50, maxLength: 100 }), (values) => {
        const shell = new Shell();
        const words = values.map((value) => `set -- ${shell.word(value)}; echo $#`);
        const script = ['set -euo pipefail', ...shell.functions(), shell.declarations(), ...words].join('\n');
        expect(bash(script).toString()).toBe('1\n'.repeat(values.length));
      }),
      { numRuns: seeds(8, 20) },
    );
  });

  test('is decoded once, however often it is used', () => {
    const shell = new Shell();
    expect(shell.word('é')).toBe('"$v1"');
    expect(shell.word('é')).toBe('"$v1"');
    expect(shell.declarations()).toBe("decode 'w6k='; v1=$out");
  });

  test.each(['\0', 'a\0b', '\ud800', '\udc00x', 'a\ud83d'])(
    'is refused where no byte sequence is it: %j',
    (value) => {
      expect(() => DELIVERABLE.check('content', value)).toThrow(
        '`content` must not contain a NUL character or half a surrogate pair: ',
      );
    },
  );

  test('is not refused for a whole surrogate pair', () => {
    DELIVERABLE.check('content', '🚀🚀');
  });
});

describe('lines of a file', () => {
  function printed(lines: string[]): string {
    const shell = new Shell();
    const commands = shell.lines(lines.map((text) => ({ text })));
    return bash(
      ['set -euo pipefail; at=test', ...shell.functions(), shell.declarations(), ...commands].join('\n'),
    ).toString('utf8');
  }

  test('arrive to the letter', () => {
    const line = text.map((value) => `A=<${value.replace(/[\r\n]/g, '')}>`);
    fc.assert(
      fc.property(fc.array(line, { minLength: 20, maxLength: 100 }), (lines) => {
        expect(printed(lines)).toBe(lines.map((one) => `${one}\n`).join(''));
      }),
      { numRuns: seeds(10, 40) },
    );
  });

  test('cannot end their here-document', () => {
    expect(printed(['a', 'X', 'b', 'XX', 'c'])).toBe('a\nX\nb\nXX\nc\n');
    expect(bash(hereDocument('cat', 'PY\nPYPY', 'PY')).toString()).toBe('PY\nPYPY\n');
  });

  /** How a boot ends that has a line with a parameter in it, when CloudFormation has put this value there. */
  function ended(value: string, around: [string, string], json = false): string {
    const stack = new Stack(new App(), 'Estate');
    const shell = new Shell();
    const commands = shell.lines([
      { text: `A=${around.join(new CfnParameter(stack, 'Value').valueAsString)}`, json },
    ]);
    const script = [
      'set -euo pipefail; at=test; trap \'echo "$? at $at"\' EXIT',
      ...shell.functions(),
      shell.declarations(),
      ...commands,
    ];
    const file = join(folder, 'unknown-value');
    writeFileSync(file, evaluate(stack.resolve(script.join('\n')), { Value: value }));
    return execFileSync('bash', ['-c', `bash '${file}'; true`], { encoding: 'utf8' });
  }

  test.each(['a\nb', 'a\rb', 'a\n'])(
    'stop the boot when a value turns out to be several lines: %j',
    (value) => {
      expect(ended(value, ['', ''])).toBe('1 at test, a value of several lines\n');
    },
  );

  test.each(['"a', "'", '"', '\\', 'a\\', "'a'"])(
    'stop the boot when a value turns out to go on in the next line to systemd: %j',
    (value) => {
      expect(ended(value, ['', ''])).toBe(
        '1 at test, a value that begins with a quote or ends in a backslash\n',
      );
    },
  );

  test.each(['a"', 'a\\b', '\t', '","b":"c', '\x7f'])(
    'stop the boot when a value turns out to end its string in JSON: %j',
    (value) => {
      expect(ended(value, ['{"a":"', '"}'], true)).toBe('1 at test, a value that cannot stand in JSON\n');
    },
  );

  test.each(["it's $1 `b` é 🚀 ={}[],:", ''])('take any other value: %j', (value) => {
    expect(ended(value, ['{"é":"', '"}'], true)).toBe(`A={"é":"${value}"}\n0 at test\n`);
  });
});

describe('a token in a string', () => {
  test.each(HOSTILE)('reaches the node as whatever it was deployed as: %j', (value) => {
    const stack = new Stack(new App(), 'Estate');
    const parameter = new CfnParameter(stack, 'Value').valueAsString;
    const shell = new Shell();
    const words = [`it's ${parameter}`, `${parameter}${parameter}`, parameter, `${Aws.REGION}:é`].map(
      (word) => shell.word(word),
    );
    const script = [...shell.functions(), shell.declarations(), `printf '%s\\0' ${words.join(' ')}`].join(
      '\n',
    );
    const deployed = evaluate(stack.resolve(script), { Value: value });
    expect(bash(deployed).toString('utf8').split('\0')).toEqual([
      `it's ${value}`,
      value + value,
      value,
      'eu-central-1:é',
      '',
    ]);
  });

  test('that produces a literal late is decoded as well', () => {
    const stack = new Stack(new App(), 'Estate');
    const shell = new Shell();
    const word = shell.word(Lazy.string({ produce: () => "it's late" }));
    const script = evaluate(
      stack.resolve([...shell.functions(), shell.declarations(), `printf %s ${word}`].join('\n')),
    );
    expect(bash(script).toString()).toBe("it's late");
  });

  test('stands as it is where AWS forms its value, so that an operator can read it', () => {
    const stack = new Stack(new App(), 'Estate');
    const cluster = new ecs.Cluster(stack, 'Cluster');
    const secret = new secretsmanager.Secret(stack, 'Secret');
    const shell = new Shell();
    for (const known of [
      cluster.clusterName,
      cluster.clusterArn,
      secret.secretArn,
      stack.region,
      Aws.URL_SUFFIX,
    ]) {
      expect(shell.word(`<${known}>`)).toBe(`'<${known}>'`);
    }
    expect(shell.functions()).toEqual([]);
    expect(shell.word(secret.secretName)).toContain('"$v1"');
  });
});
