import { execFileSync } from 'node:child_process';
import { mkdirSync, statSync } from 'node:fs';
import { App, Stack } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { NodeBootstrap } from '../../src/bootstrap/node-bootstrap';
import { nodeProgram } from '../../src/bootstrap/private/node-program';
import { DockerAuth, DockerAuthFormat } from '../../src/registry/docker-auth';
import { evaluate, FakeNode, type Run } from '../helpers/user-data';
import { type Answer, CREDENTIALS, Endpoints, SECRET_ARN } from './endpoints';
import { expectedSignature, isSigned } from './sigv4';

const ATTEMPTS = 7;
const PASSWORD = 'p:ä"s$s`w\\o\'rd';
const AUTH = Buffer.from(`deploy:${PASSWORD}`).toString('base64');

// Real processes, on a machine that may be busy.
jest.setTimeout(60_000);

let node: FakeNode;
let endpoints: Endpoints;
beforeEach(async () => {
  node = new FakeNode();
  endpoints = new Endpoints();
  await endpoints.start();
});
afterEach(async () => {
  await endpoints.stop();
  node.remove();
});

/** Boots a node that has to ask for its cluster's name, for its registries, or for both. */
async function boot(clusterName: string | undefined, format?: DockerAuthFormat): Promise<Run> {
  const stack = new Stack(new App(), 'Estate');
  const secret = secretsmanager.Secret.fromSecretCompleteArn(stack, 'Secret', SECRET_ARN);
  const dockerAuth = format === undefined ? undefined : DockerAuth.fromSecret(secret, { format });
  const userData = evaluate(stack.resolve(new NodeBootstrap({ clusterName, dockerAuth }).render()));
  return node.run(userData, { adapt: (script) => endpoints.adapt(script) });
}

function secretOf(value: unknown): void {
  endpoints.secret = { SecretString: typeof value === 'string' ? value : JSON.stringify(value) };
}

function configLines(): string[] {
  return node.read('etc/ecs/ecs.config').trimEnd().split('\n');
}

const failing = (answer: Answer, times: number): Answer[] => Array(times).fill(answer);

describe('the program', () => {
  test.each([
    { clusterName: true },
    { clusterName: false, registries: DockerAuthFormat.DOCKER },
    { clusterName: false, registries: DockerAuthFormat.DOCKERCFG },
    { clusterName: true, registries: DockerAuthFormat.DOCKERCFG },
  ])('is Python that compiles and is plain text: %p', (tasks) => {
    const program = nodeProgram(tasks) as string;
    expect(program).toMatch(/^[\n\x20-\x7e]*$/);
    execFileSync('python3', ['-W', 'error', '-c', "import sys; compile(sys.stdin.read(), 'node', 'exec')"], {
      input: program,
    });
    // Amazon Linux 2023 has Python 3.9.
    execFileSync('python3', ['-c', 'import ast, sys; ast.parse(sys.stdin.read(), feature_version=(3, 7))'], {
      input: program,
    });
  });

  test('is not there when a node has nothing to ask for', () => {
    expect(nodeProgram({ clusterName: false })).toBeUndefined();
    const userData = new NodeBootstrap({ clusterName: 'orders' }).render();
    expect(userData).not.toContain('python');
    expect(userData).not.toContain('169.254.169.254');
  });
});

describe('the name of the cluster', () => {
  test('is found in the tag with one token and one request', async () => {
    expect(await boot(undefined)).toMatchObject({ status: 0 });
    expect(configLines()).toContain('ECS_CLUSTER=orders');
    expect(endpoints.requests).toEqual([
      'PUT /latest/api/token',
      'GET /latest/meta-data/tags/instance/ClusterName',
    ]);
    expect(node.stamped).toBe(true);
  });

  test.each<[string, Answer[], Answer[]]>([
    ['refuses a token', failing({ status: 403, body: 'no' }, 2), []],
    ['does not know its own token', [], failing({ status: 401, body: 'no' }, 2)],
    ['knows no tags yet', [], failing({ status: 404, body: 'no' }, 2)],
    ['is throttled', [], failing({ status: 429, body: 'no' }, 2)],
    ['is broken', failing({ status: 500, body: 'no' }, 1), failing({ status: 503, body: 'no' }, 2)],
    ['hangs', ['hang'], ['hang']],
    ['closes the connection', ['drop'], ['drop']],
  ])('is found when the metadata service %s for a while', async (_, token, metadata) => {
    endpoints.tokenFailures.push(...token);
    endpoints.imdsFailures.push(...metadata);
    expect(await boot(undefined)).toMatchObject({ status: 0 });
    expect(configLines()).toContain('ECS_CLUSTER=orders');
  });

  test.each<[string, () => void, string]>([
    [
      'there is no tag',
      () => {
        endpoints.tag = undefined;
      },
      'the ClusterName tag: HTTP Error 404: Not Found\nfailed at ecs.config, status 1\n',
    ],
    [
      'the metadata service refuses for good',
      () => endpoints.tokenFailures.push(...failing({ status: 403, body: 'no' }, ATTEMPTS)),
      'the ClusterName tag: HTTP Error 403: Forbidden\nfailed at ecs.config, status 1\n',
    ],
    [
      'the metadata service hangs',
      () => endpoints.tokenFailures.push(...failing('hang', ATTEMPTS)),
      'the ClusterName tag: timed out\nfailed at ecs.config, status 1\n',
    ],
  ])(
    'stops the node when %s',
    async (_, arrange, reason) => {
      arrange();
      const { status, output } = await boot(undefined);
      expect(status).toBe(1);
      expect(node.reason).toBe(reason);
      expect(output).toContain(`ECS bootstrap: ${reason}`);
      expect(node.stamped).toBe(false);
      expect(node.exists('etc/ecs/ecs.config')).toBe(false);
      expect(endpoints.requests.length).toBeLessThanOrEqual(2 * ATTEMPTS);
    },
    20_000,
  );

  test.each(['', 'two words', 'a\nECS_RESERVED_MEMORY=1', 'orders\n', 'a/b', 'é', 'x'.repeat(256), '<html>'])(
    'stops the node when the tag is not a name: %j',
    async (tag) => {
      endpoints.tag = tag;
      expect(await boot(undefined)).toMatchObject({ status: 1 });
      expect(node.reason).toBe(
        'the ClusterName tag is not the name of a cluster\nfailed at ecs.config, status 1\n',
      );
      expect(node.stamped).toBe(false);
    },
  );
});

describe('the credentials of registries', () => {
  const dockercfg = {
    'https://index.docker.io/v1/': { auth: AUTH },
    'registry.example.com': { auth: AUTH, email: 'a@example.com' },
  };

  test('in the format of docker login reach the agent and docker', async () => {
    secretOf(dockercfg);
    expect(await boot('orders', DockerAuthFormat.DOCKERCFG)).toMatchObject({ status: 0 });
    const auths = { 'https://index.docker.io/v1/': { auth: AUTH }, 'registry.example.com': { auth: AUTH } };
    expect(configLines()).toContain('ECS_CLUSTER=orders');
    expect(configLines()).toContain('ECS_ENGINE_AUTH_TYPE=dockercfg');
    expect(configLines()).toContain(`ECS_ENGINE_AUTH_DATA=${JSON.stringify(auths)}`);
    expect(JSON.parse(node.read('root/.docker/config.json'))).toEqual({ auths });
  });

  test('may be a whole config.json of docker', async () => {
    secretOf({ auths: dockercfg, HttpHeaders: { 'User-Agent': 'Docker-Client' } });
    await boot('orders', DockerAuthFormat.DOCKERCFG);
    const auths = { 'https://index.docker.io/v1/': { auth: AUTH }, 'registry.example.com': { auth: AUTH } };
    expect(configLines()).toContain(`ECS_ENGINE_AUTH_DATA=${JSON.stringify(auths)}`);
  });

  test('may be user names and passwords, of any characters', async () => {
    secretOf({ 'registry.example.com': { username: 'deploy', password: PASSWORD, email: 'a@example.com' } });
    await boot('orders', DockerAuthFormat.DOCKER);
    expect(configLines()).toContain('ECS_ENGINE_AUTH_TYPE=docker');
    const line = configLines().find((text) => text.startsWith('ECS_ENGINE_AUTH_DATA=')) as string;
    expect(line).toMatch(/^[\x20-\x7e]+$/);
    expect(JSON.parse(line.slice('ECS_ENGINE_AUTH_DATA='.length))).toEqual({
      'registry.example.com': { username: 'deploy', password: PASSWORD, email: 'a@example.com' },
    });
    expect(JSON.parse(node.read('root/.docker/config.json'))).toEqual({
      auths: { 'registry.example.com': { auth: AUTH } },
    });
  });

  test('are in files that only root can read, and nothing else is left', async () => {
    secretOf(dockercfg);
    const { output } = await boot('orders', DockerAuthFormat.DOCKERCFG);
    const mode = (file: string) => (statSync(node.path(file)).mode & 0o777).toString(8);
    expect([mode('etc/ecs/ecs.config'), mode('root/.docker/config.json'), mode('root/.docker')]).toEqual([
      '600',
      '600',
      '700',
    ]);
    expect(
      execFileSync('ls', ['-A', node.path('etc/ecs'), node.path('root/.docker')], { encoding: 'utf8' }),
    ).not.toContain('new');
    expect(output).not.toContain(AUTH);
    expect(
      execFileSync('grep', ['-rlF', AUTH, node.root], { encoding: 'utf8' }).trim().split('\n').sort(),
    ).toEqual([node.path('etc/ecs/ecs.config'), node.path('root/.docker/config.json')].sort());
  });

  test.each([
    'docker.io',
    'https://docker.io',
    'index.docker.io',
    'https://index.docker.io/v1',
    'registry-1.docker.io',
    'https://registry-1.docker.io/v2/',
    'index.docker.io/v1/',
    ' Docker.IO ',
    'http://docker.io/team',
  ])(
    'of Docker Hub reach the agent and docker under the one name that they look for, from %j',
    async (key) => {
      secretOf({ [key]: { auth: AUTH } });
      await boot('orders', DockerAuthFormat.DOCKERCFG);
      const auths = { 'https://index.docker.io/v1/': { auth: AUTH } };
      expect(configLines()).toContain(`ECS_ENGINE_AUTH_DATA=${JSON.stringify(auths)}`);
      expect(JSON.parse(node.read('root/.docker/config.json'))).toEqual({ auths });
    },
  );

  test.each([
    ['HTTPS://Registry.Example.com', 'https://registry.example.com'],
    ['Registry.example.com:5000/Team', 'registry.example.com:5000/Team'],
    ['registry.example.com\n', 'registry.example.com'],
    ['my-docker.io', 'my-docker.io'],
    ['docker.io.example.com', 'docker.io.example.com'],
    ['https://registry.example.com/v2/', 'https://registry.example.com/v2/'],
  ])('have the host as the agent looks for it: %j is %j', async (key, registry) => {
    const entry = { username: 'deploy', password: PASSWORD };
    secretOf({ [key]: entry });
    await boot('orders', DockerAuthFormat.DOCKER);
    const line = configLines().find((text) => text.startsWith('ECS_ENGINE_AUTH_DATA=')) as string;
    expect(JSON.parse(line.slice('ECS_ENGINE_AUTH_DATA='.length))).toEqual({ [registry]: entry });
  });

  test.each([
    ['docker.io', 'https://index.docker.io/v1/'],
    ['Registry.example.com', 'registry.example.com'],
  ])('under the right name are not replaced by those under another: %s beside %s', async (other, right) => {
    const auth = (user: string) => ({ auth: Buffer.from(`${user}:x`).toString('base64') });
    for (const keys of [
      [other, right],
      [right, other],
    ]) {
      secretOf(Object.fromEntries(keys.map((key) => [key, auth(key === right ? 'right' : 'other')])));
      await boot('orders', DockerAuthFormat.DOCKERCFG);
      expect(configLines()).toContain(`ECS_ENGINE_AUTH_DATA=${JSON.stringify({ [right]: auth('right') })}`);
    }
  });

  test('may have been saved with a byte order mark', async () => {
    secretOf(`\ufeff${JSON.stringify(dockercfg)}`);
    expect(await boot('orders', DockerAuthFormat.DOCKERCFG)).toMatchObject({ status: 0 });
  });

  test.each([
    [DockerAuthFormat.DOCKER, "'username'", "data.get('auths'"],
    [DockerAuthFormat.DOCKERCFG, "data.get('auths'", "'username'"],
  ])('are read by a program that knows their format alone: %s', (registries, has, hasNot) => {
    const program = nodeProgram({ clusterName: false, registries });
    expect([program?.includes(has), program?.includes(hasNot)]).toEqual([true, false]);
  });

  test('and the name of the cluster take one token of the metadata service together', async () => {
    secretOf(dockercfg);
    await boot(undefined, DockerAuthFormat.DOCKERCFG);
    expect(endpoints.requests.filter((request) => request.startsWith('PUT'))).toHaveLength(1);
  });

  test('are asked for with a new token when the old one is no longer taken', async () => {
    secretOf(dockercfg);
    endpoints.imdsFailures.push({ status: 200, body: 'orders' }, { status: 401, body: 'no' });
    expect(await boot(undefined, DockerAuthFormat.DOCKERCFG)).toMatchObject({ status: 0 });
    expect(endpoints.requests.filter((request) => request.startsWith('PUT'))).toHaveLength(2);
  });

  test('that cannot be written stop the node with one line that says why', async () => {
    secretOf(dockercfg);
    mkdirSync(node.path('root/.docker/config.json'), { recursive: true });
    expect(await boot('orders', DockerAuthFormat.DOCKERCFG)).toMatchObject({ status: 1 });
    expect(node.reason).toMatch(/^IsADirectoryError: .*config\.json'\nfailed at ecs.config, status 1\n$/);
  });

  test('are asked for with a request that is signed', async () => {
    secretOf(dockercfg);
    await boot('orders', DockerAuthFormat.DOCKERCFG);
    const [request] = endpoints.asked;
    expect(request.headers.host).toBe('secretsmanager.eu-central-1.amazonaws.com');
    expect(isSigned(request, CREDENTIALS.SecretAccessKey)).toBe(true);
    expect(isSigned(request, 'another key')).toBe(false);
    const { scope } = expectedSignature(request, CREDENTIALS.SecretAccessKey);
    expect(scope).toEqual([
      CREDENTIALS.AccessKeyId,
      request.headers['x-amz-date']?.slice(0, 8),
      'eu-central-1',
      'secretsmanager',
      'aws4_request',
    ]);
  });

  test('are found together with the name of the cluster', async () => {
    secretOf(dockercfg);
    expect(await boot(undefined, DockerAuthFormat.DOCKERCFG)).toMatchObject({ status: 0 });
    expect(configLines().slice(0, 2)).toEqual(['ECS_CLUSTER=orders', 'ECS_ENGINE_AUTH_TYPE=dockercfg']);
  });

  const refusal = (type: string, status = 400) => ({
    status,
    body: JSON.stringify({ __type: type, message: 'no' }),
  });

  test.each<[string, Answer]>([
    ['throttles', refusal('ThrottlingException')],
    ['does not know the permission yet', refusal('AccessDeniedException')],
    ['does not know the credentials yet', refusal('com.amazon.coral.service#UnrecognizedClientException')],
    ['is broken', { status: 500, body: '<html>' }],
    ['is unavailable', { status: 503, body: '' }],
    ['hangs', 'hang'],
    ['closes the connection', 'drop'],
    ['answers half', { status: 200, body: '{"SecretStr' }],
  ])('are asked for again when Secrets Manager %s', async (_, answer) => {
    secretOf(dockercfg);
    endpoints.secretFailures.push(answer, answer);
    expect(await boot('orders', DockerAuthFormat.DOCKERCFG)).toMatchObject({ status: 0 });
    expect(endpoints.asked).toHaveLength(3);
  });

  test.each<[string, Answer, number, string]>([
    ['is denied', refusal('AccessDeniedException'), ATTEMPTS, 'the registry secret: AccessDeniedException'],
    ['throttles', refusal('ThrottlingException'), ATTEMPTS, 'the registry secret: ThrottlingException'],
    [
      'is broken',
      { status: 500, body: '<html>' },
      ATTEMPTS,
      'the registry secret: HTTP Error 500: Internal Server Error',
    ],
    ['hangs', 'hang', ATTEMPTS, 'the registry secret: timed out'],
    [
      'does not find it',
      refusal('ResourceNotFoundException'),
      1,
      'the registry secret: ResourceNotFoundException',
    ],
    [
      'has marked it for deletion',
      refusal('a.b#InvalidRequestException'),
      1,
      'the registry secret: InvalidRequestException',
    ],
    ['cannot decrypt it', refusal('DecryptionFailure'), 1, 'the registry secret: DecryptionFailure'],
  ])(
    'stop the node when Secrets Manager %s for good',
    async (_, answer, attempts, reason) => {
      endpoints.secretFailures.push(...failing(answer, ATTEMPTS));
      expect(await boot('orders', DockerAuthFormat.DOCKERCFG)).toMatchObject({ status: 1 });
      expect(node.reason).toBe(`${reason}\nfailed at ecs.config, status 1\n`);
      expect(endpoints.asked).toHaveLength(attempts);
      expect(node.stamped).toBe(false);
    },
    20_000,
  );

  test('stop the node when it has no role', async () => {
    endpoints.role = undefined;
    await boot('orders', DockerAuthFormat.DOCKERCFG);
    expect(node.reason).toBe(
      'the registry secret: HTTP Error 404: Not Found\nfailed at ecs.config, status 1\n',
    );
  });

  const CANARY = 'c4n4ry';
  const cfg = DockerAuthFormat.DOCKERCFG;
  const docker = DockerAuthFormat.DOCKER;
  const encoded = (pair: string) => Buffer.from(pair).toString('base64');
  const noAuth = 'has no valid auth for registry';
  const noUser = 'has no valid username and password for registry';
  test.each<[string, DockerAuthFormat, unknown, string]>([
    ['no JSON', cfg, `${CANARY}:`, 'is not JSON'],
    ['an open string', cfg, `{"${CANARY}`, 'is not JSON'],
    ['nested too deep', cfg, `${'['.repeat(100_000)}`, 'is not JSON'],
    ['a list', cfg, [CANARY], 'is not a JSON object of registries'],
    ['a string', cfg, `"${CANARY}"`, 'is not a JSON object of registries'],
    ['null', cfg, 'null', 'is not a JSON object of registries'],
    ['no registry', cfg, {}, 'is not a JSON object of registries'],
    ['auths without registries', cfg, { auths: {} }, 'is not a JSON object of registries'],
    ['auths that are a string', cfg, { auths: CANARY }, 'is not a JSON object of registries'],
    ['a registry that is a string', cfg, { [CANARY]: encoded('a:b') }, `${noAuth} 1`],
    ['a registry without a name', cfg, { '': { auth: encoded('a:b') } }, `${noAuth} 1`],
    ['another format', cfg, { a: { username: CANARY, password: CANARY } }, `${noAuth} 1`],
    ['an auth that is not base64', cfg, { a: { auth: AUTH }, b: { auth: `${CANARY}:x` } }, `${noAuth} 2`],
    ['an auth without a colon', cfg, { a: { auth: encoded(CANARY) } }, `${noAuth} 1`],
    ['an auth without a user', cfg, { a: { auth: encoded(`:${CANARY}`) } }, `${noAuth} 1`],
    ['an auth without a password', cfg, { a: { auth: encoded(`${CANARY}:`) } }, `${noAuth} 1`],
    ['an auth with a newline in it', cfg, { a: { auth: `${encoded(`a:${CANARY}`)}\n` } }, `${noAuth} 1`],
    ['the other format', docker, { a: { auth: encoded(`a:${CANARY}`) } }, `${noUser} 1`],
    ['no password', docker, { a: { username: CANARY } }, `${noUser} 1`],
    ['an empty password', docker, { a: { username: CANARY, password: '' } }, `${noUser} 1`],
    ['a password that is a number', docker, { a: { username: CANARY, password: 4 } }, `${noUser} 1`],
    ['a user with a colon', docker, { a: { username: `${CANARY}:`, password: 'x' } }, `${noUser} 1`],
    [
      'an email that is no text',
      docker,
      { a: { username: CANARY, password: 'x', email: {} } },
      `${noUser} 1`,
    ],
    ['half a character', docker, '{"a": {"username": "u", "password": "\\ud800"}}', `${noUser} 1`],
  ])('stop the node when the secret is %s, and never show it', async (_, format, value, reason) => {
    secretOf(value);
    const { status, output } = await boot('orders', format);
    expect(status).toBe(1);
    expect(node.reason).toBe(`the registry secret ${reason}\nfailed at ecs.config, status 1\n`);
    expect(output).not.toContain(CANARY);
    expect(output).not.toContain('Traceback');
    expect(node.exists('etc/ecs/ecs.config')).toBe(false);
    expect(node.exists('etc/ecs/ecs.config.new')).toBe(false);
    expect(node.exists('root/.docker/config.json')).toBe(false);
  });

  test.each([{ SecretBinary: 'AAAA' }, { SecretString: '' }, {}])(
    'stop the node when there is no text in the secret: %p',
    async (secret) => {
      endpoints.secret = secret;
      await boot('orders', cfg);
      expect(node.reason).toBe('the registry secret is empty or binary\nfailed at ecs.config, status 1\n');
    },
  );
});

describe('the check of signatures in these tests', () => {
  test("agrees with AWS's own example", () => {
    // "Create a signed AWS API request", IAM User Guide: GET ListUsers on 2015-08-30.
    const signature = '5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7';
    const request = {
      method: 'GET',
      path: '/',
      query: 'Action=ListUsers&Version=2010-05-08',
      headers: {
        authorization:
          'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, ' +
          `SignedHeaders=content-type;host;x-amz-date, Signature=${signature}`,
        'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
        host: 'iam.amazonaws.com',
        'x-amz-date': '20150830T123600Z',
      },
      body: '',
    };
    expect(isSigned(request, 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY')).toBe(true);
  });
});
