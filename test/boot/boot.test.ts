import { Duration } from 'aws-cdk-lib';
import * as fc from 'fast-check';
import { BootstrapStep } from '../../src/bootstrap/bootstrap-step';
import { DockerAuthFormat } from '../../src/registry/docker-auth';
import {
  DEFAULT_AGENT_CONFIG,
  mergeAgentConfig,
  renderAgentConfig,
} from '../../src/settings/agent-variables';
import { cases } from '../helpers/on-demand';
import { agentConfig, opinions } from '../properties/agent-config';
import { type Boot, BootQueue, interpret, type Scenario, setUp, testInterpreter, whyNoBoot } from './harness';
import {
  type Change,
  FEW_ATTEMPTS,
  GUARD_LIMIT_ONLY,
  REGION,
  SECRET,
  SHORT_LIMITS,
  userData,
} from './user-data';

jest.setTimeout(20 * 60 * 1000);

const PASSWORD = `s3cr3t "$HOME" \`id\` \\n 'ü`;
const AUTH = Buffer.from(`deploy:${PASSWORD}`).toString('base64');
const DOCKER_SECRET = JSON.stringify({
  'https://registry.example.com': { username: 'deploy', password: PASSWORD, email: 'deploy@example.com' },
});
const DOCKERCFG_SECRET = JSON.stringify({ auths: { 'https://index.docker.io/v1/': { auth: AUTH } } });

/** A step that never ends, and the file that says that it has begun. */
const ENDLESS = BootstrapStep.run('touch /run/in-the-middle; sleep infinity');
const IN_THE_MIDDLE = { file: '/run/in-the-middle' };

type Details = Partial<Omit<Scenario, 'userData'>>;
type Options = Omit<Parameters<typeof userData>[0], 'clusterName'>;

/** A node with its cluster's name in the user data. */
const named = (details: Details = {}, options: Options = {}): Scenario => ({
  userData: userData({ clusterName: 'orders', ...options }),
  region: REGION,
  ...details,
});

/** A node that looks for the name in its ClusterName tag. */
const tagged = (details: Details): Scenario => ({
  userData: userData({}),
  region: REGION,
  substitute: FEW_ATTEMPTS,
  ...details,
});

/** A node with the credentials of registries, in this secret. */
const registries = (string: string, details: Details = {}, options: Options = {}): Scenario =>
  named(
    { secrets: [{ name: SECRET, string }], substitute: FEW_ATTEMPTS, lookFor: ['s3cr3t', AUTH], ...details },
    { secretFormat: DockerAuthFormat.DOCKER, ...options },
  );

/** A secret as large as Secrets Manager takes them, nearly: 400 registries. */
const LARGE_SECRET = JSON.stringify(
  Object.fromEntries(
    Array.from({ length: 400 }, (_, index) => [
      `registry-${index}.example.com`,
      { username: 'deploy', password: `s3cr3t ${index} ${'x'.repeat(80)}` },
    ]),
  ),
);

/** Takes all room that the disk has left. */
const FILL_THE_DISK = 'dd if=/dev/zero of=/var/fill bs=4k 2>/dev/null || :';

/** The same boot twice: whatever went wrong, it must not go right by itself the next time. */
const TWICE = [{}, {}];

/** Something that happens before cloud-init does: a line of a unit. */
const beforeCloudInit = (line: string): Details => ({
  files: {
    '/etc/systemd/system/cloud-init-local.service.d/50-test.conf': { content: `[Service]\n${line}\n` },
  },
});

const NOEXEC = beforeCloudInit(
  "ExecStartPre=/bin/sh -c 'mkdir -p /var/lib/cloud && mount -o bind,noexec /var/lib/cloud /var/lib/cloud'",
);

const AGENTS_UNIT = '/usr/lib/systemd/system/ecs.service';
const AGENTS_LINK = '/etc/systemd/system/multi-user.target.wants/ecs.service';

/** What somebody could do to the script: a line before the one that begins `ecs.config`. */
const beforeEcsConfig = (line: string): Change => ['^at=ecs.config ', `${line}\nat=ecs.config `];

/** Two of many that the property tests give to a FakeNode: those that leave room in the user data. */
const RANDOM_AGENTS = fc
  .sample(agentConfig, { seed: 12, numRuns: 30 })
  .filter((agent) => renderAgentConfig(agent).reduce((sum, { value }) => sum + value.length, 0) < 5000)
  .slice(0, 2);

const THROTTLED = JSON.stringify({ __type: 'ThrottlingException', message: 'Rate exceeded' });

const GOOD: { [name: string]: Scenario } = {
  'literal name': named(
    {
      files: {
        '/usr/lib/systemd/system/node-exporter.service': {
          content: '[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n',
        },
      },
    },
    {
      bootstrapSteps: [
        BootstrapStep.writeFile('/opt/app/it\'s "here"', 'a $b `c` \\d\n\té\r\n', {
          mode: '640',
          owner: 'root:daemon',
        }),
        BootstrapStep.run('echo "$WORD" >/opt/app/word; cat >/opt/app/input', {
          environment: { WORD: `it's "$HOME"` },
        }),
        BootstrapStep.run('exit 0'),
        BootstrapStep.run('set +e; cat >/dev/null <<EOF\nnever ended'),
        BootstrapStep.enableService('node-exporter'),
        BootstrapStep.run('echo last >/opt/app/last'),
      ],
    },
  ),
  'name from the tag': tagged({
    tags: { Name: 'orders-node', ClusterName: 'orders', team: 'blue' },
    boots: [{}, {}, { instanceId: 'i-0fedcba9876543210', tags: { ClusterName: 'search' } }],
  }),
  'metadata fails once': tagged({
    tags: { ClusterName: 'orders' },
    faults: { imds: [{ match: 'tags', status: 503, times: 1 }] },
  }),
  'metadata answers late': tagged({ tags: { ClusterName: 'orders' }, faults: { imds: [{ delay: 0.8 }] } }),
  'docker format': registries(DOCKER_SECRET, { faults: { secretsmanager: [{ delay: 0.4 }] } }),
  'dockercfg format': registries(DOCKERCFG_SECRET, {}, { secretFormat: DockerAuthFormat.DOCKERCFG }),
  'Secrets Manager throttles once': registries(DOCKER_SECRET, {
    faults: { secretsmanager: [{ status: 400, body: THROTTLED, times: 1 }] },
  }),
  'Secrets Manager answers half once': registries(DOCKER_SECRET, {
    faults: { secretsmanager: [{ body: '{"SecretStr', times: 1 }] },
  }),
  'a secret of 60 KB': registries(LARGE_SECRET, { lookFor: ['s3cr3t'] }),
  'docker is down': named({
    files: {
      '/etc/systemd/system/docker.service.d/broken.conf': {
        content: '[Service]\nExecStart=\nExecStart=/bin/false\n',
      },
    },
  }),
  ...Object.fromEntries(
    RANDOM_AGENTS.map((agent, index) => [`random settings ${index + 1}`, named({}, { agent })]),
  ),
  "an image whose agent's service is not enabled": named({
    remove: [AGENTS_LINK],
    boots: [{ do: [{ when: { event: 'settled' }, action: 'reboot' }] }, {}],
  }),
  'an image without /etc/ecs': named({ remove: ['/etc/ecs'] }),
  'POSIXLY_CORRECT for cloud-init': named({
    files: Object.fromEntries(
      ['cloud-init-local', 'cloud-init', 'cloud-config', 'cloud-final'].map((unit) => [
        `/etc/systemd/system/${unit}.service.d/50-test.conf`,
        { content: '[Service]\nEnvironment=POSIXLY_CORRECT=1\n' },
      ]),
    ),
  }),
  'a step that may fail fails': named(
    {},
    {
      bootstrapSteps: [
        BootstrapStep.run('sleep 60', { timeout: Duration.seconds(1), continueOnError: true }),
        BootstrapStep.writeFile('/etc/passwd/file', 'x', { continueOnError: true }),
        BootstrapStep.enableService('nothing', { continueOnError: true }),
        BootstrapStep.installPackages(['nothing'], { attempts: 1, continueOnError: true }),
        BootstrapStep.run('mkdir -p /opt/app; echo last >/opt/app/last'),
      ],
    },
  ),
  'a step names the cluster once more': named(
    {},
    { bootstrapSteps: [BootstrapStep.run('echo ECS_CLUSTER=orders >>/etc/ecs/ecs.config')] },
  ),
  'a step restarts the agent without waiting': named(
    {},
    {
      bootstrapSteps: [BootstrapStep.run('systemctl restart ecs & systemctl restart --no-block docker')],
    },
  ),
  'run by hand while metadata is down': tagged({
    tags: { ClusterName: 'orders' },
    boots: [
      {
        faults: { imds: [{ match: 'tags', skip: 1, status: 500 }] },
        do: [
          { when: { event: 'settled' }, action: 'script-by-hand' },
          { when: { event: 'settled' }, action: 'run', command: 'systemctl restart ecs' },
          { when: { event: 'settled' }, action: 'reboot' },
        ],
      },
      {},
    ],
  }),
  'a reboot with a full disk': named({
    diskMegabytes: 48,
    boots: [
      {
        do: [
          { when: { event: 'settled' }, action: 'run', command: FILL_THE_DISK },
          { when: { event: 'settled' }, action: 'reboot' },
        ],
      },
      // Cloud-init, which has no room to write, is never over; the agent is not waited for when the
      // machine powers off.
      { do: [{ when: { event: 'agent' }, action: 'crash' }] },
    ],
  }),
  'run by hand': named({
    boots: [
      {
        do: [
          { when: { event: 'settled' }, action: 'script-by-hand' },
          { when: { event: 'settled' }, action: 'script-by-hand' },
          { when: { event: 'settled' }, action: 'reboot' },
        ],
      },
      {},
    ],
  }),
};

/** What the guard says when the script could not say anything itself. */
const WITHOUT_A_WORD = /ECS BOOTSTRAP FAILED: killed, timed out, interrupted, syntax error or never run/;

/** What goes wrong, and what the node says about it. */
const BAD: { [name: string]: [scenario: Scenario, says: RegExp] } = {
  'a step fails': [
    named({ boots: TWICE }, { bootstrapSteps: [BootstrapStep.run('true'), BootstrapStep.run('exit 7')] }),
    /failed at step 2 \(run\), status 7/,
  ],
  'the script is killed': [
    named(
      { boots: [{ do: [{ when: IN_THE_MIDDLE, action: 'kill-script' }] }, {}] },
      { bootstrapSteps: [ENDLESS] },
    ),
    WITHOUT_A_WORD,
  ],
  'the script is killed after it has read a secret': [
    registries(
      DOCKER_SECRET,
      { boots: [{ do: [{ when: IN_THE_MIDDLE, action: 'kill-script' }] }] },
      { bootstrapSteps: [ENDLESS] },
    ),
    WITHOUT_A_WORD,
  ],
  'a step fails after the secret was read': [
    registries(
      DOCKER_SECRET,
      {},
      { bootstrapSteps: [BootstrapStep.run('cat /etc/ecs/ecs.config /root/.docker/config.json >&3')] },
    ),
    /failed at step 1 \(run\), status 1/,
  ],
  'the disk is full before ecs.config is written': [
    named({ diskMegabytes: 48, substitute: [beforeEcsConfig(FILL_THE_DISK)] }),
    /ECS bootstrap: failed at ecs\.config, status 1$/m,
  ],
  'the disk is full before the secret is read': [
    registries(LARGE_SECRET, {
      diskMegabytes: 48,
      substitute: [...FEW_ATTEMPTS, beforeEcsConfig(FILL_THE_DISK)],
      lookFor: ['s3cr3t'],
    }),
    /ECS bootstrap: failed at ecs\.config, status \d+$/m,
  ],
  'the disk is full in the middle of a file': [
    named(
      { diskMegabytes: 48 },
      {
        bootstrapSteps: [
          BootstrapStep.run(FILL_THE_DISK),
          BootstrapStep.writeFile('/opt/app/file', 'x'.repeat(8000)),
        ],
      },
    ),
    /ECS bootstrap: failed at step 2 \(writeFile\), status 1$/m,
  ],
  'a step hangs': [
    named({ substitute: SHORT_LIMITS, boots: TWICE }, { bootstrapSteps: [ENDLESS] }),
    /failed at step 1 \(run\), stopped, status 143/,
  ],
  'a step hangs and only the guard has a limit': [
    named({ substitute: GUARD_LIMIT_ONLY }, { bootstrapSteps: [ENDLESS] }),
    /Powering off: job timed out/,
  ],
  'a reboot in the middle': [
    named(
      { boots: [{ do: [{ when: IN_THE_MIDDLE, action: 'reboot' }] }, {}] },
      { bootstrapSteps: [ENDLESS] },
    ),
    /ECS BOOTSTRAP FAILED: failed at step 1 \(run\), stopped/,
  ],
  'a crash in the middle': [
    named({ boots: [{ do: [{ when: IN_THE_MIDDLE, action: 'crash' }] }, {}] }, { bootstrapSteps: [ENDLESS] }),
    WITHOUT_A_WORD,
  ],
  'an image without the agent': [
    named({ remove: [AGENTS_UNIT, AGENTS_LINK], boots: TWICE }),
    /failed at start of ecs\.service, status \d+$/m,
  ],
  "a step masks the agent's service": [
    named({ boots: TWICE }, { bootstrapSteps: [BootstrapStep.run('systemctl mask ecs.service')] }),
    /failed at start of ecs\.service, status \d+$/m,
  ],
  'a step adds another cluster': [
    named(
      { boots: TWICE },
      { bootstrapSteps: [BootstrapStep.run('echo ECS_CLUSTER=other >>/etc/ecs/ecs.config')] },
    ),
    /failed at final check: ECS_CLUSTER has changed, status 1$/m,
  ],
  'a step changes the cluster': [
    named(
      {},
      {
        bootstrapSteps: [
          BootstrapStep.run('sed -i s/ECS_CLUSTER=.*/ECS_CLUSTER=default/ /etc/ecs/ecs.config'),
        ],
      },
    ),
    /failed at final check: ECS_CLUSTER has changed, status 1$/m,
  ],
  'a step changes the cluster of the tag': [
    {
      ...tagged({ tags: { ClusterName: 'orders' } }),
      userData: userData({
        bootstrapSteps: [BootstrapStep.run('echo " ECS_CLUSTER=x" >>/etc/ecs/ecs.config')],
      }),
    },
    /failed at final check: ECS_CLUSTER has changed, status 1$/m,
  ],
  'user data cannot be executed': [named({ ...NOEXEC, boots: TWICE }), /\/var\/lib\/cloud is mounted noexec/],
  'a step reboots': [
    named({ boots: TWICE }, { bootstrapSteps: [BootstrapStep.run('systemctl reboot; sleep 60')] }),
    /failed at step 1 \(run\), stopped, status 143: out of time or shut down$/m,
  ],
  'a step reboots by force': [
    named({ boots: TWICE }, { bootstrapSteps: [BootstrapStep.run('systemctl reboot -f; sleep 60')] }),
    /ECS BOOTSTRAP FAILED: (failed at step 1 \(run\), stopped|killed, timed out)/,
  ],
  'a syntax error': [
    named({ substitute: [beforeEcsConfig('if then')], boots: TWICE }),
    /ECS BOOTSTRAP FAILED: failed at kernel parameters, status 2/,
  ],
  'an open here-document': [
    named({ substitute: [beforeEcsConfig("cat >/dev/null <<'NEVER'")], boots: TWICE }),
    WITHOUT_A_WORD,
  ],
  'an early exit 0': [named({ substitute: [beforeEcsConfig('exit 0')], boots: TWICE }), WITHOUT_A_WORD],
  'a script that cannot be run': [
    named({ substitute: [['^#!/bin/bash$', '#!/bin/nosuch']] }),
    WITHOUT_A_WORD,
  ],
  'a script that cloud-init does not find': [
    named({ substitute: [['text/x-shellscript', 'text/x-nosuch']], boots: TWICE }),
    WITHOUT_A_WORD,
  ],
  'the gate cannot be set': [
    named({ substitute: [['^systemctl daemon-reload; ', 'false; ']], boots: TWICE }),
    /ECS gate not set, stopping/,
  ],
  'no ClusterName tag': [
    tagged({ tags: { Name: 'node' }, boots: TWICE }),
    /the ClusterName tag: HTTP Error 404/,
  ],
  'an empty ClusterName tag': [
    tagged({ tags: { ClusterName: '' }, boots: TWICE }),
    /the ClusterName tag is not the name of a cluster/,
  ],
  'tags not allowed in metadata': [tagged({}), /the ClusterName tag: HTTP Error 404/],
  ...Object.fromEntries(
    [401, 403, 404, 500].map((status): [string, [Scenario, RegExp]] => [
      `metadata answers ${status}`,
      [
        tagged({
          tags: { ClusterName: 'orders' },
          faults: { imds: [{ match: status === 404 ? 'tags' : 'PUT', status }] },
        }),
        new RegExp(`the ClusterName tag: HTTP Error ${status}`),
      ],
    ]),
  ),
  'nobody listens where metadata should be': [
    tagged({
      tags: { ClusterName: 'orders' },
      substitute: [...FEW_ATTEMPTS, ['http://169.254.169.254/latest/', 'http://169.254.169.254:81/latest/']],
    }),
    /the ClusterName tag: .*Connection refused/,
  ],
  'metadata closes the connection': [
    tagged({ tags: { ClusterName: 'orders' }, faults: { imds: [{ match: 'tags', reset: true }] } }),
    /the ClusterName tag: (.*Connection reset|Remote end closed connection)/,
  ],
  'metadata hangs': [
    tagged({ tags: { ClusterName: 'orders' }, faults: { imds: [{ match: 'tags', hang: true }] } }),
    /the ClusterName tag: timed out/,
  ],
  'the secret is denied': [
    registries(DOCKER_SECRET, { roleMayRead: false, boots: TWICE }),
    /the registry secret: AccessDenied/,
  ],
  'the secret does not exist': [
    registries('', { secrets: [{ name: 'another', string: '{}' }] }),
    /the registry secret: ResourceNotFound/,
  ],
  'the secret is not JSON': [
    registries('user:s3cr3t', { boots: TWICE, lookFor: ['s3cr3t'] }),
    /the registry secret is not JSON/,
  ],
  'the secret is of the other format': [
    registries(DOCKERCFG_SECRET, { lookFor: [AUTH] }),
    /the registry secret has no valid username and password for registry 1/,
  ],
  'the secret is binary': [
    registries('', { secrets: [{ name: SECRET, binaryBase64: 'AAEC' }] }),
    /the registry secret is empty or binary/,
  ],
  'the secret is too large for the agent': [
    registries(
      JSON.stringify({ 'registry.example.com': { username: 's3cr3t', password: 'é'.repeat(30_000) } }),
      { lookFor: ['s3cr3t'] },
    ),
    /the registry secret is too large/,
  ],
  'nobody listens where Secrets Manager should be': [
    registries(DOCKER_SECRET, { faults: { secretsmanager: [{ refuse: true }] } }),
    /the registry secret: .*Connection refused/,
  ],
  'Secrets Manager throttles': [
    registries(DOCKER_SECRET, { faults: { secretsmanager: [{ status: 400, body: THROTTLED }] } }),
    /the registry secret: ThrottlingException/,
  ],
  'Secrets Manager hangs': [
    registries(DOCKER_SECRET, {
      substitute: [...FEW_ATTEMPTS, ['timeout=10', 'timeout=1']],
      faults: { secretsmanager: [{ hang: true }] },
    }),
    /the registry secret: .*timed out/,
  ],
  'Secrets Manager answers what is not JSON': [
    registries(DOCKER_SECRET, { faults: { secretsmanager: [{ body: `{"SecretString": "s3cr3t` }] } }),
    /the registry secret: JSONDecodeError/,
  ],
  'Secrets Manager answers something else': [
    registries(DOCKER_SECRET, { faults: { secretsmanager: [{ body: `["s3cr3t"]` }] } }),
    /the registry secret: AttributeError/,
  ],
};

/** Where credentials belong: the agent's and Docker's files, and what the agent is started with. */
const CREDENTIALS_PLACES = [
  'environment in ecs.service',
  'file /etc/ecs/ecs.config',
  'file /root/.docker/config.json',
];

/** Failures of nodes that have their credentials by then. */
const AFTER_THE_SECRET = /after (it has read a secret|the secret was read)/;

const placesOfSecrets = ({ found }: Boot) => [...new Set(Object.values(found).flat())].sort();

const temporary = ({ files }: Boot) =>
  Object.keys(files).filter((path) => /^\/(tmp|dev\/shm)\/|\.(new|ecs-new)$/.test(path));

/** In the test command: one scenario of each kind. Each takes some seconds of a core. */
const FEW: readonly string[] = [
  'literal name',
  'name from the tag',
  'metadata fails once',
  'docker format',
  'dockercfg format',
  'Secrets Manager throttles once',
  'run by hand',
  'a step fails',
  'the script is killed',
  'a step hangs',
  'a reboot in the middle',
  'user data cannot be executed',
  'a syntax error',
  'an early exit 0',
  'the gate cannot be set',
  'no ClusterName tag',
  'the secret is denied',
];

const SCENARIOS: { [name: string]: Scenario } = {
  ...GOOD,
  ...Object.fromEntries(Object.entries(BAD).map(([name, [scenario]]) => [name, scenario])),
};

/** Those that are booted now: few, or all on demand, or those that `BOOT_ONLY` names. */
const BOOTED = process.env.BOOT_ONLY
  ? Object.keys(SCENARIOS).filter((name) => new RegExp(process.env.BOOT_ONLY as string).test(name))
  : cases(FEW, Object.keys(SCENARIOS));

const isBooted = (scenario: string) => BOOTED.includes(scenario);

/** `it` for a test of a scenario, which is left out where the scenario is not booted now. */
const itOf = (scenario: string): ((sentence: string, test: () => Promise<void>) => void) =>
  isBooted(scenario) ? it : () => {};

const reports = new Map<string, Promise<Boot[]>>();

async function boots(name: string): Promise<Boot[]> {
  const report = reports.get(name);
  if (report === undefined) throw new Error(`${name} is not booted now`);
  return await report;
}

/** When, after the start of the machine, something of this name happened. */
const at = (boot: Boot, what: string) => boot.events.find((event) => event.what === what)?.time ?? Number.NaN;

const ofTheScript = (boot: Boot) =>
  boot.requests.imds.filter(({ userAgent }) => userAgent.startsWith('Python-urllib'));

(process.env.BOOT_TESTS === 'skip' ? describe.skip : describe)('a real boot', () => {
  beforeAll(() => {
    const reason = whyNoBoot();
    if (reason !== undefined) throw new Error(`${reason} (BOOT_TESTS=skip leaves the boot tests out)`);
    setUp();
    const queue = new BootQueue(3);
    for (const name of BOOTED) {
      const report = queue.boot(name, SCENARIOS[name]);
      report.catch(() => {}); // whoever asks for it gets the error
      reports.set(name, report);
    }
  });

  afterAll(() => Promise.allSettled(reports.values()));

  it('is read by an interpreter of ecs.config that passes its own tests', () => testInterpreter());

  describe('of a node with its name in the user data', () => {
    itOf('literal name')(
      'starts the agent once, with the name of the cluster in its environment',
      async () => {
        const [boot] = await boots('literal name');
        expect(boot.agent.starts.map(({ environment }) => environment.ECS_CLUSTER)).toEqual(['orders']);
      },
    );

    itOf('literal name')('starts the agent when the script and cloud-init are over', async () => {
      const [boot] = await boots('literal name');
      const { 'ecs.service': ecs, 'cloud-final.service': final } = boot.units ?? {};
      expect(ecs.After.split(' ')).toContain('cloud-final.service');
      expect(Number(ecs.ExecMainStartTimestampMonotonic)).toBeGreaterThan(
        Number(final.ActiveEnterTimestampMonotonic),
      );
      expect(at(boot, 'ecs.service started')).toBeGreaterThan(at(boot, 'ecs-bootstrapped written'));
    });

    itOf('literal name')('gives the agent nothing that it does not understand', async () => {
      const [boot] = await boots('literal name');
      const readings = interpret(boot.agent.starts[0].config);
      expect(Object.entries(readings).filter(([, { verdict }]) => verdict !== 'ok')).toEqual([]);
      expect(readings).toMatchObject({
        ECS_CLUSTER: { parsed: 'orders' },
        ECS_AVAILABLE_LOGGING_DRIVERS: { parsed: ['json-file', 'syslog', 'fluentd', 'awslogs'] },
        ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION: { parsed: '1h0m0s' },
        ECS_CONTAINER_STOP_TIMEOUT: { parsed: '5m0s' },
        ECS_DYNAMIC_HOST_PORT_RANGE: { parsed: [32768, 65535] },
        ECS_UPDATES_ENABLED: { parsed: true },
      });
    });

    for (const [index, agent] of RANDOM_AGENTS.entries()) {
      const name = `random settings ${index + 1}`;
      itOf(name)(`gives the agent ${name} as they were meant`, async () => {
        const [{ config, environment }] = (await boots(name))[0].agent.starts;
        // ecs-init reads this one from its environment.
        const readings = interpret(
          config.replace(/^ECS_LOG_OPTS=.*$/m, () => `ECS_LOG_OPTS=${environment.ECS_LOG_OPTS}`),
        );
        const { wanted, is, bad } = opinions(mergeAgentConfig(DEFAULT_AGENT_CONFIG, agent), readings);
        expect([bad, is]).toEqual([{}, wanted]);
        expect(Object.keys(wanted).length).toBeGreaterThan(20);
      });
    }

    itOf('literal name')('gives the agent the same through systemd as through the file', async () => {
      const [{ environment, config }] = (await boots('literal name'))[0].agent.starts;
      for (const [variable, { raw }] of Object.entries(interpret(config)))
        expect([variable, environment[variable]]).toEqual([variable, raw]);
    });

    itOf('literal name')('sets the kernel parameters', async () => {
      const [boot] = await boots('literal name');
      expect(boot.sysctls).toEqual({
        'net.core.somaxconn': '65535',
        'net.ipv4.ip_local_port_range': '10000 65000',
      });
    });

    itOf('literal name')(
      'runs steps in order, whatever characters they have and however they end',
      async () => {
        const [{ files, units }] = await boots('literal name');
        expect(files['/opt/app/it\'s "here"']).toMatchObject({
          content: 'a $b `c` \\d\n\té\r\n',
          mode: '0640',
          owner: '0:1',
        });
        expect(files['/opt/app/word'].content).toBe(`it's "$HOME"\n`);
        expect(files['/opt/app/input'].content).toBe('');
        expect(files['/opt/app/last'].content).toBe('last\n');
        expect(files['/etc/systemd/system/multi-user.target.wants/node-exporter.service']).toMatchObject({
          type: 'link',
        });
        expect(units?.['amazon-ssm-agent.service'].ActiveState).toBe('active');
      },
    );

    itOf('literal name')('asks nobody for anything, and needs no AWS CLI and no jq', async () => {
      const [boot] = await boots('literal name');
      expect(boot.tools).toEqual({ aws: '', jq: '' });
      expect(ofTheScript(boot)).toEqual([]);
    });

    itOf('literal name')('leaves nothing behind but what it is for', async () => {
      const [{ files }] = await boots('literal name');
      const written = Object.keys(files).filter((path) =>
        /^\/(etc\/ecs|etc\/sysctl\.d|tmp|root|opt\/app)\/|ecs-(bootstrapped|error)/.test(path),
      );
      expect(written.sort()).toEqual(
        [
          '/etc/ecs/ecs.config',
          '/etc/ecs/ecs.config.json', // the image's own
          '/etc/sysctl.d/90-ecs-node.conf',
          ...['input', 'it\'s "here"', 'last', 'word'].map((name) => `/opt/app/${name}`),
          '/var/lib/cloud/instances/i-0123456789abcdef0/ecs-bootstrapped',
        ].sort(),
      );
      expect(files['/etc/ecs/ecs.config']).toMatchObject({ mode: '0600', owner: '0:0' });
      expect(files['/etc/sysctl.d/90-ecs-node.conf']).toMatchObject({ mode: '0644', owner: '0:0' });
    });
  });

  describe('of a node that looks for its name', () => {
    itOf('name from the tag')(
      'joins the cluster of its ClusterName tag, after one token and one question',
      async () => {
        const [boot] = await boots('name from the tag');
        expect(boot.agent.starts.map(({ environment }) => environment.ECS_CLUSTER)).toEqual(['orders']);
        expect(ofTheScript(boot).map(({ method, path }) => `${method} ${path}`)).toEqual([
          'PUT /latest/api/token',
          'GET /latest/meta-data/tags/instance/ClusterName',
        ]);
      },
    );

    itOf('name from the tag')(
      'joins it again after a reboot, without running the script, and still has its kernel parameters',
      async () => {
        const [, boot] = await boots('name from the tag');
        expect(boot.agent.starts.map(({ environment }) => environment.ECS_CLUSTER)).toEqual(['orders']);
        expect(at(boot, 'script started')).toBeNaN();
        expect(boot.sysctls).toEqual({
          'net.core.somaxconn': '65535',
          'net.ipv4.ip_local_port_range': '10000 65000',
        });
      },
    );

    itOf('name from the tag')('joins its own cluster when it comes of an image of another node', async () => {
      const [, , boot] = await boots('name from the tag');
      expect(boot.agent.starts.map(({ environment }) => environment.ECS_CLUSTER)).toEqual(['search']);
      expect(at(boot, 'ecs.service started')).toBeGreaterThan(at(boot, 'script last seen'));
    });

    itOf('metadata fails once')('tries again when metadata fails once', async () => {
      const [boot] = await boots('metadata fails once');
      expect(boot.agent.starts.map(({ environment }) => environment.ECS_CLUSTER)).toEqual(['orders']);
      expect(ofTheScript(boot).map(({ status }) => status)).toEqual([200, 503, 200, 200]);
    });
  });

  describe('of a node with registries', () => {
    for (const [name, type, agentRegistry, registry] of [
      ['docker format', 'docker', 'registry.example.com', 'https://registry.example.com'],
      ['dockercfg format', 'dockercfg', 'index.docker.io/v1/', 'https://index.docker.io/v1/'],
    ]) {
      itOf(name)(`gives the agent and Docker the credentials in the ${name}`, async () => {
        const [boot] = await boots(name);
        const { ECS_ENGINE_AUTH_TYPE, ECS_ENGINE_AUTH_DATA } = interpret(boot.agent.starts[0].config);
        expect(boot.agent.starts.map(({ environment }) => environment.ECS_CLUSTER)).toEqual(['orders']);
        expect([ECS_ENGINE_AUTH_TYPE.parsed, ECS_ENGINE_AUTH_DATA.verdict]).toEqual([type, 'ok']);
        expect(ECS_ENGINE_AUTH_DATA.parsed).toMatchObject({
          [agentRegistry]: { username: 'deploy', password: PASSWORD },
        });
        expect(JSON.parse(boot.files['/root/.docker/config.json'].content ?? '')).toEqual({
          auths: { [registry]: { auth: AUTH } },
        });
      });
    }

    for (const name of ['docker format', 'dockercfg format'])
      itOf(name)(`keeps the credentials in two files that only root can read (${name})`, async () => {
        const [boot] = await boots(name);
        const { files } = boot;
        expect(files['/root/.docker']).toMatchObject({ mode: '0700', owner: '0:0' });
        expect(files['/root/.docker/config.json']).toMatchObject({ mode: '0600', owner: '0:0' });
        expect(files['/etc/ecs/ecs.config']).toMatchObject({ mode: '0600', owner: '0:0' });
        expect(placesOfSecrets(boot)).toEqual(CREDENTIALS_PLACES);
      });

    for (const name of ['Secrets Manager throttles once', 'Secrets Manager answers half once'])
      itOf(name)(`asks again when ${name}`, async () => {
        const [boot] = await boots(name);
        expect(boot.agent.starts.map(({ environment }) => environment.ECS_CLUSTER)).toEqual(['orders']);
        expect(boot.requests.secretsmanager).toHaveLength(2);
      });

    itOf('a secret of 60 KB')('takes a secret as large as Secrets Manager has them', async () => {
      const [boot] = await boots('a secret of 60 KB');
      const { ECS_ENGINE_AUTH_DATA } = interpret(boot.agent.starts[0].config);
      expect(LARGE_SECRET.length).toBeGreaterThan(55_000);
      expect([ECS_ENGINE_AUTH_DATA.verdict, ECS_ENGINE_AUTH_DATA.parsed]).toEqual([
        'ok',
        JSON.parse(LARGE_SECRET),
      ]);
      expect(boot.agent.starts[0].environment.ECS_ENGINE_AUTH_DATA).toHaveLength(
        ECS_ENGINE_AUTH_DATA.raw.length,
      );
    });

    itOf('docker format')('reads the secret once', async () => {
      const [boot] = await boots('docker format');
      expect(boot.requests.secretsmanager.map(({ status }) => status)).toEqual([200]);
    });
  });

  itOf('run by hand')(
    'can be followed by runs of the script by hand, which leave the agent alone',
    async () => {
      const [first, second] = await boots('run by hand');
      expect(first.byHand.map(({ status, output }) => [status, output])).toEqual([
        [0, ''],
        [0, ''],
      ]);
      expect([first.agent.starts.length, second.agent.starts.length]).toEqual([1, 1]);
    },
  );

  itOf('run by hand while metadata is down')(
    'is replaced after a run by hand that failed: the agent goes on, but does not start again',
    async () => {
      const [first, second] = await boots('run by hand while metadata is down');
      expect(first.agent.starts.map(({ environment }) => environment.ECS_CLUSTER)).toEqual(['orders']);
      expect(first.byHand.map(({ status }) => status)).toEqual([1, 1]);
      expect(first.byHand[0].output).toContain('ECS bootstrap: the ClusterName tag: HTTP Error 500');
      expect([second.agent.starts, second.poweredOff]).toEqual([[], true]);
      expect(second.console).toContain('ECS BOOTSTRAP FAILED: the ClusterName tag: HTTP Error 500');
    },
  );

  itOf('docker is down')(
    'does not need Docker for its configuration: an agent that waits for Docker has the right cluster',
    async () => {
      const [boot] = await boots('docker is down');
      expect(boot.units?.['docker.service'].ActiveState).toBe('failed');
      expect(boot.agent.starts.map(({ environment }) => environment.ECS_CLUSTER)).toEqual(['orders']);
    },
  );

  itOf('a reboot with a full disk')(
    'with a full disk on a later boot joins its own cluster again, or powers off and says so',
    async () => {
      const [first, second] = await boots('a reboot with a full disk');
      expect(first.agent.starts.map(({ environment }) => environment.ECS_CLUSTER)).toEqual(['orders']);
      const again = second.agent.starts.map(({ environment }) => environment.ECS_CLUSTER);
      expect(second.poweredOff ? second.console : again).toEqual(
        second.poweredOff ? expect.stringContaining('ECS gate not set') : ['orders'],
      );
    },
  );

  for (const name of Object.keys(GOOD).filter(isBooted))
    describe(`that went well (${name})`, () => {
      it('never starts the agent without its cluster', async () => {
        for (const { agent } of await boots(name)) {
          for (const { environment, config } of agent.starts) {
            expect(environment.ECS_CLUSTER).toMatch(/^(orders|search)$/);
            expect(interpret(config).ECS_CLUSTER).toMatchObject({ parsed: environment.ECS_CLUSTER });
          }
        }
        expect((await boots(name))[0].agent.starts).toHaveLength(1);
      });

      it('leaves no temporary file behind, and shows no secret', async () => {
        for (const boot of await boots(name)) {
          expect(temporary(boot)).toEqual([]);
          expect(placesOfSecrets(boot).filter((place) => !CREDENTIALS_PLACES.includes(place))).toEqual([]);
        }
      });
    });

  for (const [name, [, says]] of Object.entries(BAD).filter(([name]) => isBooted(name)))
    describe(`when ${name}`, () => {
      it('never starts the agent, at no boot, and powers the machine off', async () => {
        for (const boot of await boots(name)) {
          expect(boot.agent.starts).toEqual([]);
          expect(boot.notDone).toEqual([]);
          expect(boot.end).toMatch(/^(powered-off|reboot|rebooted|crash)$/);
        }
        expect((await boots(name)).at(-1)?.poweredOff).toBe(true);
      });

      it('says why, on the console and in the journal', async () => {
        for (const { poweredOff, console, journal } of await boots(name)) {
          if (!poweredOff) continue;
          expect(console).toMatch(says);
          expect(journal).toMatch(says);
        }
      });

      it('shows nothing of a secret, and leaves no temporary file behind', async () => {
        for (const boot of await boots(name)) {
          const kept = AFTER_THE_SECRET.test(name) ? CREDENTIALS_PLACES : [];
          expect(placesOfSecrets(boot).filter((place) => !kept.includes(place))).toEqual([]);
          expect(temporary(boot)).toEqual([]);
        }
      });
    });
});
