/**
 * Every string that a user can pass, whatever is in it: it arrives on the node byte for byte, or it is
 * refused, at synthesis or at boot, with the reason; and no string adds a command, a line or a key. Rendered
 * by the library, taken through MIME, and run by bash in a FakeNode, many strings a run.
 */
import { execFileSync } from 'node:child_process';
import { App, CfnParameter, Stack } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as fc from 'fast-check';
import { BootstrapStep } from '../../src/bootstrap/bootstrap-step';
import { NodeBootstrap } from '../../src/bootstrap/node-bootstrap';
import type { NodeBootstrapProps } from '../../src/bootstrap/node-bootstrap-props';
import { renderAmazonLinux } from '../../src/bootstrap/private/amazon-linux-renderer';
import { ValidationError } from '../../src/private/errors';
import { DockerAuth, DockerAuthFormat } from '../../src/registry/docker-auth';
import type { AgentConfig } from '../../src/settings/agent-config';
import { Sysctl } from '../../src/settings/sysctl';
import { interpret, interpretAll } from '../boot/harness';
import { Endpoints, SECRET_ARN } from '../bootstrap/endpoints';
import { type DeployedValues, evaluate, FakeNode, type Run } from '../helpers/user-data';
import { readAsSystemd } from '../settings/readers';
import { HOSTILE, hostile, isText, isWellFormed, wellFormed } from './hostile';

// Real processes, on a machine that may be busy.
jest.setTimeout(180_000);

let stack: Stack;
let node: FakeNode;
let deployed: { [name: string]: string };

beforeEach(() => fresh());
afterEach(() => node.remove());

function fresh(): void {
  node?.remove();
  node = new FakeNode();
  stack = new Stack(new App(), 'Estate');
  deployed = {};
}

/** A token that CloudFormation will know as this. */
function token(value: string): string {
  const name = `Value${Object.keys(deployed).length}`;
  deployed[name] = value;
  return new CfnParameter(stack, name).valueAsString;
}

/** Boots a node, of which the user data may be larger than EC2 takes it. */
function boot(
  options: NodeBootstrapProps,
  values: DeployedValues = deployed,
  adapt?: (script: string) => string,
): Promise<Run> {
  const { text } = renderAmazonLinux(new NodeBootstrap({ clusterName: 'orders', ...options })._settings);
  return node.run(evaluate(stack.resolve(text), values), { adapt });
}

/** The value, or undefined where it was refused with the field's name. */
function unlessRefused<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    expect(error).toBeInstanceOf(ValidationError);
    expect((error as Error).message).toMatch(/^`[^`]+` must /);
    return undefined;
  }
}

const LAST_CALLS = [
  'systemctl enable --no-reload ecs.service',
  'sync',
  'sync',
  'systemctl start --no-block ecs.service',
];

/**
 * Nothing was run but what the script runs by itself, and the file that hostile strings would
 * make is not there.
 */
function expectNoFurtherCommand(): void {
  const own =
    /^(systemctl enable --now --no-block amazon-ssm-agent.service|sysctl -q -p \S+90-ecs-node.conf)$/;
  expect(node.calls.map((call) => call.trimEnd()).filter((call) => !own.test(call))).toEqual(LAST_CALLS);
  expect(execFileSync('find', [node.root, '-name', 'broken'], { encoding: 'utf8' })).toBe('');
}

const configLines = () => node.read('etc/ecs/ecs.config').split('\n').slice(0, -1);

/** Runs a property whose single runs are long, and have many values each. */
async function assertMany(
  values: fc.Arbitrary<string[]>,
  numRuns: number,
  check: (values: string[]) => Promise<void>,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(values, async (all) => {
      fresh();
      await check(all);
    }),
    { numRuns, endOnFailure: true },
  );
}

const many = (count: number) => fc.array(hostile, { minLength: count, maxLength: count });

describe('strings of steps', () => {
  /** A step of each kind that has this string somewhere, and what must then be in a file of the node. */
  function stepsWith(
    value: string,
    name: string,
    given: string,
  ): { step: BootstrapStep; file: string; content: string }[] {
    const file = (kind: string) => `${kind}/${name}`;
    const to = (kind: string) => `>'${node.path(file(kind))}'`;
    const steps = {
      content: () => BootstrapStep.writeFile(node.path(file('content')), given),
      // Nothing after `exit` is read as a command, but bash has been given all of it.
      command: () =>
        BootstrapStep.run(`printf %s "$BASH_EXECUTION_STRING" ${to('command')}; exit 0\n${given}`),
      environment: () =>
        BootstrapStep.run(`printf %s "$VALUE" ${to('environment')}`, { environment: { VALUE: given } }),
    };
    const contents = {
      content: value,
      environment: value,
      command: `printf %s "$BASH_EXECUTION_STRING" ${to('command')}; exit 0\n${value}`,
    };
    return (Object.keys(steps) as (keyof typeof steps)[]).flatMap((kind) => {
      const step = unlessRefused(steps[kind]);
      return step === undefined ? [] : [{ step, file: file(kind), content: contents[kind] }];
    });
  }

  async function arrive(expected: ReturnType<typeof stepsWith>): Promise<void> {
    const folders = ['content', 'command', 'environment'].map((folder) => node.path(folder));
    execFileSync('mkdir', ['-p', ...folders]);
    const run = await boot({ bootstrapSteps: expected.map(({ step }) => step) });
    expect([run, node.reason, node.stamped]).toEqual([{ status: 0, output: '' }, '', true]);
    for (const { file, content } of expected) expect([file, node.read(file)]).toEqual([file, content]);
    const files = execFileSync('find', [...folders, '-type', 'f'], { encoding: 'utf8' })
      .trimEnd()
      .split('\n');
    expect(files.sort()).toEqual(expected.map(({ file }) => node.path(file)).sort());
    expect(configLines()).toEqual(expect.arrayContaining(['ECS_CLUSTER=orders']));
    expectNoFurtherCommand();
  }

  test('arrive byte for byte as a file, a command and a variable, or are refused because they are no text', async () => {
    await assertMany(many(16), 4, async (values) => {
      const expected = values.flatMap((value, index) => stepsWith(value, String(index), value));
      const refused = (value: string) => Number(value.includes('\r')) + Number(/^#!.*\r/s.test(value));
      const texts = values.filter(isText);
      expect(expected).toHaveLength(texts.reduce((count, value) => count + 3 - refused(value), 0));
      await arrive(expected);
    });
  });

  test('arrive byte for byte when all or a part of them is known to CloudFormation alone', async () => {
    const texts = HOSTILE.filter(isText);
    await arrive(
      texts.flatMap((value, index) =>
        stepsWith(`it's <${value}> é${value}`, String(index), `it's <${token(value)}> é${token(value)}`),
      ),
    );
  });

  test('arrive byte for byte as the path of a file, or are refused', async () => {
    const path = hostile.filter(
      (value) => Buffer.byteLength(value) <= 200 && !value.split('/').some((part) => /^\.{0,2}$/.test(part)),
    );
    await assertMany(fc.array(path, { minLength: 30, maxLength: 30 }), 3, async (values) => {
      const expected = values.flatMap((value, index) => {
        const step = unlessRefused(() =>
          BootstrapStep.writeFile(node.path(`path/${index}/${value}`), String(index)),
        );
        expect(step !== undefined).toBe(isText(value));
        return step === undefined ? [] : [{ step, file: `path/${index}/${value}`, content: String(index) }];
      });
      expect(await boot({ bootstrapSteps: expected.map(({ step }) => step) })).toEqual({
        status: 0,
        output: '',
      });
      for (const { file, content } of expected) expect([file, node.read(file)]).toEqual([file, content]);
      expect(
        execFileSync('find', [node.path('path'), '-type', 'f', '-printf', '.'], { encoding: 'utf8' }),
      ).toHaveLength(expected.length);
      expectNoFurtherCommand();
    });
  });

  test('do not reach files of the library by another spelling of their path', () => {
    for (const path of [
      '/etc//ecs/ecs.config',
      '/etc/./ecs/ecs.config',
      '/opt/../etc/ecs/ecs.config',
      '//root/.docker/config.json',
    ]) {
      expect(() => BootstrapStep.writeFile(path, '')).toThrow(
        /must not be \/(etc\/ecs\/ecs\.config|root\/\.docker\/config\.json), which/,
      );
    }
    expect(() => BootstrapStep.writeFile('/opt/../proc/sys/vm/swappiness', '1')).toThrow(
      'must not be in /proc',
    );
    for (const path of ['/opt/.', '/opt/..'])
      expect(() => BootstrapStep.writeFile(path, '')).toThrow('the absolute path of a file');
  });

  test('have the same effect under every name that a variable may have: it arrives, or is refused', async () => {
    const ofBash = execFileSync('bash', ['-c', 'compgen -v'], { encoding: 'utf8' }).trimEnd().split('\n');
    const further =
      'PWD OLDPWD SHLVL PIPESTATUS HISTCMD COMP_WORDBREAKS OPTIND OPTARG OPTERR PS0 PS1 PS2 PS4 ' +
      'MAPFILE REPLY TIMEFORMAT POSIXLY_CORRECT COLUMNS LINES HOSTNAME ENV TERM SHELL COPROC TMOUT ' +
      'IGNOREEOF GLOBIGNORE EXECIGNORE COMP_CWORD COMPREPLY MAILCHECK CHILD_MAX TMPDIR out stamp err ' +
      'at new conf why v1 tries';
    const value = 'a[$(touch broken)] é';
    const names = [...new Set([...ofBash, ...further.split(' ')])].filter(
      (name) => name !== 'PATH' && name !== 'HOME',
    );
    const steps = names.flatMap((name) => {
      const command = `[ "$${name}" = "$EXPECTED" ] || { echo ${name} >>'${node.path('changed')}'; }`;
      const step = unlessRefused(() =>
        BootstrapStep.run(command, { environment: { [name]: value, EXPECTED: value } }),
      );
      return step === undefined ? [] : [step];
    });
    expect(await boot({ bootstrapSteps: steps })).toEqual({ status: 0, output: '' });
    expect(node.exists('changed') ? node.read('changed') : '').toBe('');
    expect(steps.length).toBeGreaterThan(30);
    expectNoFurtherCommand();
  });
});

describe('strings of settings', () => {
  /**
   * The agent's configuration with what is accepted of these strings, each in all places that take a string.
   */
  function accepted(values: string[]): { agent: AgentConfig; sysctls: Sysctl[] } {
    const environment: Record<string, string> = {};
    const agent: Record<string, Record<string, string>> = {};
    const sysctls: Sysctl[] = [];
    const accepts = (config: AgentConfig) =>
      unlessRefused(() => new NodeBootstrap({ agent: config })) !== undefined;
    values.forEach((value, index) => {
      if (accepts({ environment: { [`MY_${index}`]: value } })) environment[`MY_${index}`] = value;
      for (const field of [
        'instanceAttributes',
        'containerInstanceTags',
        'agentLogOptions',
        'agentLabels',
        'pauseLabels',
      ]) {
        for (const [name, entry] of [
          [`k${index}`, value],
          [value, `v${index}`],
        ]) {
          if (Object.keys(agent[field] ?? {}).length < 10 && accepts({ [field]: { [name]: entry } })) {
            agent[field] = { ...agent[field], [name]: entry };
          }
        }
      }
      const sysctl = unlessRefused(() => Sysctl.of(`net.test.p${index}`, value));
      if (sysctl !== undefined) sysctls.push(sysctl);
    });
    return { agent: { ...agent, environment }, sysctls };
  }

  const JSON_MAPS = {
    instanceAttributes: 'ECS_INSTANCE_ATTRIBUTES',
    containerInstanceTags: 'ECS_CONTAINER_INSTANCE_TAGS',
    agentLabels: 'ECS_AGENT_LABELS',
    pauseLabels: 'ECS_PAUSE_LABELS',
  } as const;

  test('arrive byte for byte in ecs.config and in sysctl.d, or are refused, and add no line and no key', async () => {
    await assertMany(many(40), 5, async (values) => {
      const { agent, sysctls } = accepted(values);
      expect(await boot({ agent, sysctls })).toEqual({ status: 0, output: '' });
      const lines = configLines();
      const names = lines.map((line) => line.slice(0, line.indexOf('=')));
      const ours = new NodeBootstrap({ agent })._settings.agentLines.map(({ variable }) => variable);
      expect(names).toEqual(['ECS_CLUSTER', ...ours]);
      const config = node.read('etc/ecs/ecs.config');
      const [readings, fromSystemd] = [interpret(config), readAsSystemd(config)];
      expect([...fromSystemd.keys()]).toEqual(names);
      for (const [name, value] of Object.entries(agent.environment ?? {})) {
        expect([name, readings[name]?.raw ?? '']).toEqual([name, value]);
      }
      for (const [field, variable] of Object.entries(JSON_MAPS)) {
        const given = agent[field as keyof typeof JSON_MAPS];
        // Go has no half surrogate pairs.
        const arrives =
          given &&
          Object.fromEntries(
            Object.entries(given).map(([name, value]) => [wellFormed(name), wellFormed(value)]),
          );
        expect([field, readings[variable]?.parsed]).toEqual([field, arrives]);
      }
      if (agent.agentLogOptions)
        expect(JSON.parse(fromSystemd.get('ECS_LOG_OPTS') ?? '')).toEqual(agent.agentLogOptions);
      const written = ['net.core.somaxconn = 65535', 'net.ipv4.ip_local_port_range = 10000 65000'];
      for (const { key, value } of sysctls) written.push(`${key} = ${value}`);
      expect(node.read('etc/sysctl.d/90-ecs-node.conf').split('\n').slice(0, -1).sort()).toEqual(
        written.sort(),
      );
      expectNoFurtherCommand();
    });
  });

  /** A node each: one of every kind that somebody reads in a way of its own. */
  const SOME = [
    "it's",
    '"',
    '\\',
    '\n',
    'a\nECS_CLUSTER=other',
    '$(touch broken)',
    '","ECS":"x',
    'é',
    'ends in a backslash\\',
    '',
  ];

  const FIELDS: [string, (value: string) => NodeBootstrapProps][] = [
    ['a value of the environment', (value) => ({ agent: { environment: { MY: value } } })],
    [
      'the middle of a value of the environment',
      (value) => ({ agent: { environment: { MY: `a ${value} b` } } }),
    ],
    ['an attribute', (value) => ({ agent: { instanceAttributes: { a: value } } })],
    ['a tag', (value) => ({ agent: { containerInstanceTags: { a: `x${value}` } } })],
    ['an option of a log driver', (value) => ({ agent: { agentLogOptions: { tag: value, labels: 'c' } } })],
    ['a label', (value) => ({ agent: { agentLabels: { a: `é${value}` } } })],
    ['a kernel parameter', (value) => ({ sysctls: [Sysctl.of('net.a', value)] })],
  ];

  test.each(FIELDS)(
    'that are known to CloudFormation alone arrive, or stop the node, as %s',
    async (name, options) => {
      const values =
        name === 'a value of the environment'
          ? HOSTILE.filter((value) => isText(value) && value.length < 100)
          : SOME;
      const configs: [string, string][] = [];
      for (const value of values) {
        fresh();
        const { status } = await boot(options(token(value)));
        expect(node.exists('broken')).toBe(false);
        if (status !== 0) {
          expect([value, node.reason]).toEqual([
            value,
            expect.stringMatching(
              /^failed at (ecs.config|kernel parameters), a value (of several lines|that cannot stand in JSON|that begins with a quote or ends in a backslash), status 1\n$/,
            ),
          ]);
          expect([node.stamped, node.exists('etc/ecs/ecs.config')]).toEqual([false, false]);
          continue;
        }
        const config = node.read('etc/ecs/ecs.config');
        const file = name === 'a kernel parameter' ? node.read('etc/sysctl.d/90-ecs-node.conf') : config;
        expect(file).toContain(value);
        expect(readAsSystemd(config).size).toBe(config.trimEnd().split('\n').length);
        configs.push([value, config]);
        expectNoFurtherCommand();
      }
      expect(configs.length).toBeGreaterThan(3);
      for (const [index, readings] of interpretAll(configs.map(([, config]) => config)).entries()) {
        expect(Object.keys(readings).length).toBe(configs[index][1].trimEnd().split('\n').length);
        for (const [variable, { parsed, verdict }] of Object.entries(readings)) {
          if (variable === 'ECS_INSTANCE_ATTRIBUTES') expect(parsed).toEqual({ a: configs[index][0] });
          if (variable === 'ECS_CONTAINER_INSTANCE_TAGS')
            expect(parsed).toEqual({ a: `x${configs[index][0]}` });
          if (variable === 'ECS_LOG_OPTS') expect(parsed).toEqual({ tag: configs[index][0], labels: 'c' });
          if (variable === 'ECS_AGENT_LABELS') expect(parsed).toEqual({ a: `é${configs[index][0]}` });
          expect(verdict).toBe(variable === 'MY' ? 'unknown' : 'ok');
        }
      }
    },
  );

  test('are the name of a cluster, or no node joins one', async () => {
    for (const value of [...HOSTILE.filter(isText), 'orders-2_X', 'x'.repeat(255), 'x'.repeat(256)]) {
      fresh();
      const valid = /^[A-Za-z0-9_-]{1,255}$/.test(value);
      expect([value, unlessRefused(() => new NodeBootstrap({ clusterName: value })) !== undefined]).toEqual([
        value,
        valid,
      ]);
      const { status } = await boot({ clusterName: token(value) });
      expect([value, status, node.stamped]).toEqual([value, valid ? 0 : 1, valid]);
      if (valid) expect(configLines()[0]).toBe(`ECS_CLUSTER=${value}`);
      else expect(node.reason).toMatch(/^failed at (final check|ecs.config, a value .*), status 1\n$/);
    }
  });
});

describe('strings in the secret', () => {
  let endpoints: Endpoints;
  beforeAll(async () => {
    endpoints = new Endpoints();
    await endpoints.start();
  });
  afterAll(() => endpoints.stop());

  function bootWith(secret: object, format: DockerAuthFormat): Promise<Run> {
    endpoints.secret = { SecretString: JSON.stringify(secret) };
    const dockerAuth = DockerAuth.fromSecret(
      secretsmanager.Secret.fromSecretCompleteArn(stack, 'Secret', SECRET_ARN),
      { format },
    );
    return boot({ dockerAuth }, {}, (script) => endpoints.adapt(script));
  }

  const registry = hostile.filter((value) => isWellFormed(value) && value !== '' && value !== 'auths');
  const user = hostile.filter((value) => isWellFormed(value) && value !== '' && !value.includes(':'));
  const password = hostile.filter((value) => isWellFormed(value) && value !== '');
  const entries = fc.array(fc.record({ registry, user, password }), { minLength: 1, maxLength: 12 });
  const base64 = (text: string) => Buffer.from(text, 'utf8').toString('base64');
  // The agent takes no variable of more than 128 KiB; Secrets Manager has no secret of more than 64 KiB.
  const size = (secret: object) => JSON.stringify(secret).replace(/[\u0080-\uffff]/g, '123456').length;

  test.each([DockerAuthFormat.DOCKER, DockerAuthFormat.DOCKERCFG])(
    'reach the agent and Docker as they are (%s)',
    async (format) => {
      const configs: [string, unknown][] = [];
      await fc.assert(
        fc.asyncProperty(entries, async (all) => {
          fresh();
          const secret = Object.fromEntries(
            all.map((entry) => [
              entry.registry,
              format === DockerAuthFormat.DOCKER
                ? { username: entry.user, password: entry.password }
                : { auth: base64(`${entry.user}:${entry.password}`) },
            ]),
          );
          fc.pre(size(secret) < 120_000);
          const last = Object.fromEntries(all.map((entry) => [entry.registry, entry]));
          const { status, output } = await bootWith(secret, format);
          expect([status, output, node.reason]).toEqual([0, '', '']);
          expect(configLines().map((line) => line.replace(/=.*/s, ''))).toEqual([
            'ECS_ENGINE_AUTH_TYPE',
            'ECS_ENGINE_AUTH_DATA',
            'ECS_CLUSTER',
            ...new NodeBootstrap()._settings.agentLines.map(({ variable }) => variable),
          ]);
          const credentials = Object.entries(last).map(([name, entry]) => [
            name.replace(/^https?:\/\//, ''),
            { username: entry.user, password: entry.password },
          ]);
          configs.push([node.read('etc/ecs/ecs.config'), Object.fromEntries(credentials)]);
          const auths = Object.entries(last).map(([name, entry]) => [
            name,
            { auth: base64(`${entry.user}:${entry.password}`) },
          ]);
          expect(JSON.parse(node.read('root/.docker/config.json'))).toEqual({
            auths: Object.fromEntries(auths),
          });
          expectNoFurtherCommand();
        }),
        { numRuns: 12, endOnFailure: true },
      );
      const readings = interpretAll(configs.map(([config]) => config));
      for (const [index, { ECS_ENGINE_AUTH_DATA }] of readings.entries()) {
        expect([ECS_ENGINE_AUTH_DATA.verdict, ECS_ENGINE_AUTH_DATA.parsed]).toEqual([
          'ok',
          configs[index][1],
        ]);
      }
    },
  );

  test.each<[string, object, string]>([
    [
      'the name of a registry is no text',
      { '\ud800': { username: 'u', password: 'p' } },
      'has no valid username and password for registry 1',
    ],
    [
      'an address is no text',
      { a: { username: 'u', password: 'p', email: '\udc00' } },
      'has no valid username and password for registry 1',
    ],
    [
      'all of it is too large for the agent',
      { a: { username: 'u', password: 'é'.repeat(25_000) } },
      'is too large for an environment variable',
    ],
  ])('stop the node when %s', async (_, secret, reason) => {
    await bootWith(secret, DockerAuthFormat.DOCKER);
    expect(node.reason).toBe(`the registry secret ${reason}\nfailed at ecs.config, status 1\n`);
    expect([
      node.stamped,
      node.exists('root/.docker/config.json'),
      node.exists('root/.docker/config.json.new'),
    ]).toEqual([false, false, false]);
  });

  test('that is any text at all: it gives good credentials, or the node stops and shows nothing of it', async () => {
    const canary = 'c4n4ry';
    const odd = fc.oneof(
      hostile.map((value) => `${value}${canary}`),
      fc.json().map((value) => `{"${canary}":${value}}`),
      hostile.map((value) => JSON.stringify({ [canary]: { auth: value } })),
      hostile.map((value) => JSON.stringify({ [`${canary}${value}`]: { username: value, password: value } })),
    );
    await fc.assert(
      fc.asyncProperty(
        odd,
        fc.constantFrom(DockerAuthFormat.DOCKER, DockerAuthFormat.DOCKERCFG),
        async (text, format) => {
          fresh();
          endpoints.secret = { SecretString: text };
          const dockerAuth = DockerAuth.fromSecret(
            secretsmanager.Secret.fromSecretCompleteArn(stack, 'Secret', SECRET_ARN),
            { format },
          );
          const { status, output } = await boot({ dockerAuth }, {}, (script) => endpoints.adapt(script));
          expect([output, output.includes(canary)]).toEqual([output, false]);
          if (status === 0) {
            const { ECS_ENGINE_AUTH_DATA } = interpret(node.read('etc/ecs/ecs.config'));
            expect(ECS_ENGINE_AUTH_DATA.verdict).toBe('ok');
            return;
          }
          expect(node.reason).toMatch(
            /^the registry secret (is|has) [^\n]+\nfailed at ecs.config, status 1\n$/,
          );
          expect([
            node.stamped,
            node.exists('etc/ecs/ecs.config'),
            node.exists('root/.docker/config.json'),
          ]).toEqual([false, false, false]);
        },
      ),
      { numRuns: 25, endOnFailure: true },
    );
  });
});
