import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Aws, CfnParameter, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { BootstrapStep } from '../../src/bootstrap/bootstrap-step';
import { NodeBootstrap } from '../../src/bootstrap/node-bootstrap';
import type { NodeBootstrapProps } from '../../src/bootstrap/node-bootstrap-props';
import { DockerAuth } from '../../src/registry/docker-auth';
import { NodeLogDriver } from '../../src/settings/log-driver';
import { Sysctl } from '../../src/settings/sysctl';
import { expectGolden } from '../helpers/golden';
import { evaluate, FakeNode, partsOf, scriptOf } from '../helpers/user-data';
import { findingsIn } from './shellcheck';

// Real processes, on a machine that may be busy.
jest.setTimeout(60_000);

const SECRET_ARN = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:registries-AbCdEf';

let stack: Stack;
let node: FakeNode;
beforeEach(() => {
  stack = new Stack(new App(), 'Estate');
  node = new FakeNode();
});
afterEach(() => node.remove());

function rendered(options?: NodeBootstrapProps): string {
  return new NodeBootstrap(options).render();
}

/** As CloudFormation would deploy it. */
function deployed(userData: string, values = {}): string {
  return evaluate(stack.resolve(userData), values);
}

function full(): string {
  const secret = secretsmanager.Secret.fromSecretCompleteArn(new Stack(), 'Secret', SECRET_ARN);
  return deployed(
    rendered({
      dockerAuth: DockerAuth.fromSecret(secret),
      logDrivers: [NodeLogDriver.AWSLOGS, NodeLogDriver.JOURNALD],
      sysctls: [Sysctl.of('vm.max_map_count', '262144')],
      agent: { containerStopTimeout: Duration.minutes(2), instanceAttributes: { stack: 'prod' } },
      bootstrapSteps: [
        BootstrapStep.installPackages(['amazon-cloudwatch-agent', 'nfs-utils']),
        BootstrapStep.writeFile('/etc/motd', "This is not a pet. It's cattle.\n", {
          mode: '0600',
          owner: 'root:root',
        }),
        BootstrapStep.run('ethtool -K ens5 tso off\nsysctl vm.swappiness', { timeout: Duration.seconds(10) }),
        BootstrapStep.run('logger "ready"', { environment: { REGION: Aws.REGION, GREETING: 'grüezi' } }),
        BootstrapStep.enableService('amazon-cloudwatch-agent'),
      ],
    }),
  );
}

const GOLDEN: [name: string, render: () => string, maxBytes: number][] = [
  ['smallest', () => rendered({ clusterName: 'orders' }), 3_400],
  ['cluster-from-tag', () => rendered(), 4_500],
  ['full', full, 9_300],
];

describe('the rendered user data', () => {
  // A byte that changes replaces every node of every user. UPDATE_GOLDEN=1 writes the files anew:
  // a breaking release.
  test.each(GOLDEN)('is the golden file byte for byte: %s', (name, render) => {
    expectGolden(join(__dirname, 'golden', `${name}.txt`), render());
  });

  test.each(GOLDEN)('leaves room for what users add: %s', (_, render, maxBytes) => {
    expect(Buffer.byteLength(render())).toBeLessThan(maxBytes);
  });

  test.each(GOLDEN)('is plain text in three parts, the gate first: %s', (_, render) => {
    const userData = render();
    expect(userData).toMatch(/^[\t\n\x20-\x7e]*$/);
    expect(partsOf(userData).map(({ type }) => type)).toEqual([
      'text/cloud-boothook',
      'text/part-handler',
      'text/x-shellscript',
    ]);
  });

  test.each(GOLDEN)('satisfies shellcheck at its strictest: %s', (_, render) => {
    const [gate, , script] = partsOf(render());
    expect(findingsIn(gate.body, 'sh')).toBe('');
    expect(findingsIn(script.body, 'bash')).toBe('');
  });

  test.each(GOLDEN)('ends with the stamp and the start of the agent: %s', (_, render) => {
    const lines = scriptOf(render()).trimEnd().split('\n');
    expect(lines.slice(-5)).toEqual([
      "at='start of ecs.service'",
      'systemctl enable --no-reload ecs.service; sync',
      '# Nothing may follow: from here on the agent may start.',
      'touch $stamp; sync',
      'systemctl start --no-block ecs.service',
    ]);
  });

  test('is the same each time, whatever the order in which things were given', () => {
    const one = rendered({
      clusterName: 'a',
      agent: { environment: { ECS_B: '1', ECS_A: '2' }, instanceAttributes: { b: '1', a: '2' } },
    });
    const two = rendered({
      agent: { instanceAttributes: { a: '2', b: '1' }, environment: { ECS_A: '2', ECS_B: '1' } },
      clusterName: 'a',
    });
    expect(one).toBe(two);
    const bootstrap = new NodeBootstrap({ clusterName: 'a' });
    expect(bootstrap.render()).toBe(bootstrap.render());
  });
});

describe('a boot', () => {
  test('configures the kernel, the SSM agent and the ECS agent, then runs the steps, then lets the agent start', async () => {
    const steps = [1, 2, 3].map((n) => BootstrapStep.run(`echo "step ${n}" >>${node.path('calls')}`));
    const { status, output } = await node.run(rendered({ clusterName: 'orders', bootstrapSteps: steps }));
    expect({ status, output }).toEqual({ status: 0, output: '' });
    expect(node.calls).toEqual([
      `sysctl -q -p ${node.path('etc/sysctl.d/90-ecs-node.conf')}`,
      'systemctl enable --now --no-block amazon-ssm-agent.service',
      'step 1',
      'step 2',
      'step 3',
      'systemctl enable --no-reload ecs.service',
      'sync ',
      'sync ',
      'systemctl start --no-block ecs.service',
    ]);
    expect(node.read('etc/sysctl.d/90-ecs-node.conf')).toBe(
      'net.core.somaxconn = 65535\nnet.ipv4.ip_local_port_range = 10000 65000\n',
    );
    expect(node.read('etc/ecs/ecs.config')).toMatch(
      /^ECS_CLUSTER=orders\nECS_AVAILABLE_LOGGING_DRIVERS=\["json-file","syslog","fluentd","awslogs"\]\n/,
    );
    expect(node.stamped).toBe(true);
  });

  test('can be repeated, and replaces what was there', async () => {
    writeFileSync(node.path('etc/ecs/ecs.config'), 'ECS_CLUSTER=old\nECS_OLD=1\n');
    writeFileSync(node.path('etc/ecs/ecs.config.new'), 'half a line');
    writeFileSync(node.path('var/lib/cloud/instance/ecs-error'), 'an old reason');
    const userData = rendered({ clusterName: 'orders' });
    for (let times = 0; times < 2; times++) expect(await node.run(userData)).toMatchObject({ status: 0 });
    expect(node.read('etc/ecs/ecs.config')).not.toContain('old');
    expect(node.exists('etc/ecs/ecs.config.new')).toBe(false);
    expect([node.stamped, node.reason]).toEqual([true, '']);
  });

  test('takes the stamp of an earlier one away first', async () => {
    await node.run(rendered({ clusterName: 'orders' }));
    await node.run(rendered({ clusterName: 'orders', bootstrapSteps: [BootstrapStep.run('false')] }));
    expect(node.stamped).toBe(false);
  });

  test('goes on without an SSM agent, and says so', async () => {
    node.command('systemctl', '[[ "$*" != *ssm* ]]');
    expect(await node.run(rendered({ clusterName: 'orders' }))).toMatchObject({ status: 0 });
    expect(node.read('dev/console')).toBe('ECS bootstrap: no SSM agent, going on without\n');
    expect(node.stamped).toBe(true);
  });

  test('fails closed when a kernel parameter does not exist', async () => {
    node.command('sysctl', 'exit 255');
    expect(await node.run(rendered({ clusterName: 'orders' }))).toMatchObject({ status: 255 });
    expect(node.reason).toBe('failed at kernel parameters, status 255\n');
    expect([node.stamped, node.exists('etc/ecs/ecs.config')]).toEqual([false, false]);
  });

  test.each([
    ['no line', "true >'FILE'"],
    ['an empty name', "echo ECS_CLUSTER= >'FILE'"],
    ['a comment', "echo '#ECS_CLUSTER=orders' >'FILE'"],
    ['another name', "sed -i s/ECS_CLUSTER=.*/ECS_CLUSTER=default/ 'FILE'"],
    ['a second line', "echo ECS_CLUSTER=other >>'FILE'"],
    ['a second line that is indented', "echo ' ECS_CLUSTER = other' >>'FILE'"],
    ['the name in quotes', `echo 'ECS_CLUSTER="orders"' >>'FILE'`],
    ['a carriage return', "sed -i 's/$/\\r/' 'FILE'"],
    ['no file', "rm 'FILE'"],
  ])(
    'fails closed when the agent would join another cluster, for the steps leave %s in ecs.config',
    async (_, command) => {
      const step = BootstrapStep.run(command.replace('FILE', node.path('etc/ecs/ecs.config')));
      expect(await node.run(rendered({ clusterName: 'orders', bootstrapSteps: [step] }))).toMatchObject({
        status: 1,
      });
      expect(node.reason).toBe('failed at final check: ECS_CLUSTER has changed, status 1\n');
      expect(node.stamped).toBe(false);
    },
  );

  test.each([
    ['the same name again', "echo ECS_CLUSTER=orders >>'FILE'"],
    ['another name before it', "sed -i '1i ECS_CLUSTER=other' 'FILE'"],
    ['a comment', "echo '# ECS_CLUSTER=other was here' >>'FILE'"],
    ['a variable with a longer name', "echo MY_ECS_CLUSTER=other >>'FILE'"],
  ])('lets the agent start when the steps leave %s in ecs.config', async (_, command) => {
    const step = BootstrapStep.run(command.replace('FILE', node.path('etc/ecs/ecs.config')));
    expect(await node.run(rendered({ clusterName: 'orders', bootstrapSteps: [step] }))).toMatchObject({
      status: 0,
    });
    expect(node.stamped).toBe(true);
  });

  test.each([
    ['cannot be enabled', '[[ "$*" != "enable --no-reload"* ]]'],
    ['cannot be started', '[[ $1 != start ]]'],
  ])("fails closed, at later boots too, when the agent's service %s", async (_, systemctl) => {
    node.command('systemctl', systemctl);
    expect(await node.run(rendered({ clusterName: 'orders' }))).toMatchObject({ status: 1 });
    expect(node.reason).toBe('failed at start of ecs.service, status 1\n');
    expect(node.stamped).toBe(false);
  });

  test('makes /etc/ecs where an image lacks it', async () => {
    rmSync(node.path('etc/ecs'), { recursive: true });
    await node.run(rendered({ clusterName: 'orders' }));
    expect(node.stamped).toBe(true);
    expect((statSync(node.path('etc/ecs')).mode & 0o777).toString(8)).toBe('755');
  });

  test('keeps what is asked of systemctl when cloud-init has POSIXLY_CORRECT in its environment', async () => {
    node.command('systemctl', '! env | grep POSIXLY_CORRECT');
    process.env.POSIXLY_CORRECT = '1';
    try {
      expect(await node.run(rendered({ clusterName: 'orders' }))).toEqual({ status: 0, output: '' });
    } finally {
      delete process.env.POSIXLY_CORRECT;
    }
    expect(node.stamped).toBe(true);
  });

  test('that is stopped says during what, and leaves nothing behind', async () => {
    const step = BootstrapStep.run(`touch ${node.path('begun')}; exec /bin/sleep 60`);
    const { status } = await node.run(rendered({ clusterName: 'orders', bootstrapSteps: [step] }), {
      stopAt: 'begun',
    });
    expect(status).toBe(143);
    expect(node.reason).toBe('failed at step 1 (run), stopped, status 143: out of time or shut down\n');
    expect(node.stamped).toBe(false);
  });

  test('whose console cannot be written to still says why in its journal', async () => {
    mkdirSync(node.path('dev/console'));
    const { output } = await node.run(
      rendered({ clusterName: 'orders', bootstrapSteps: [BootstrapStep.run('false')] }),
    );
    expect(output).toBe('ECS bootstrap: failed at step 1 (run), status 1\n');
  });
});

describe('values that only CloudFormation knows', () => {
  const value = () => new CfnParameter(stack, 'Value').valueAsString;
  const HOSTILE = [
    "it's",
    '"; touch broken; "',
    "'; touch broken; '",
    '$(touch broken)',
    '`id`',
    'é',
    '\\',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: that is the point
    '${HOME}',
    'X',
  ];

  test.each(HOSTILE)('reach ecs.config to the letter: %j', async (text) => {
    const userData = rendered({
      clusterName: 'orders',
      agent: { environment: { ECS_NEWER: `<${value()}>` } },
    });
    expect(await node.run(deployed(userData, { Value: text }))).toMatchObject({ status: 0 });
    expect(node.read('etc/ecs/ecs.config')).toContain(`\nECS_NEWER=<${text}>\n`);
    expect(node.exists('broken')).toBe(false);
  });

  test('stop the node when they are several lines', async () => {
    const userData = rendered({ clusterName: 'orders', agent: { environment: { ECS_NEWER: value() } } });
    expect(await node.run(deployed(userData, { Value: 'a\nECS_CLUSTER=other' }))).toMatchObject({
      status: 1,
    });
    expect(node.reason).toBe('failed at ecs.config, a value of several lines, status 1\n');
    expect(node.exists('etc/ecs/ecs.config')).toBe(false);
  });

  test('are kernel parameters to the letter', async () => {
    const userData = rendered({
      clusterName: 'orders',
      sysctls: [Sysctl.of('kernel.core_pattern', value())],
    });
    expect(await node.run(deployed(userData, { Value: "|/bin/it's %p" }))).toMatchObject({ status: 0 });
    expect(node.read('etc/sysctl.d/90-ecs-node.conf')).toContain("kernel.core_pattern = |/bin/it's %p\n");
  });

  test.each(['', 'two words', "a'b", '../other'])(
    'stop the node when they are the name of no cluster: %j',
    async (name) => {
      expect(await node.run(deployed(rendered({ clusterName: value() }), { Value: name }))).toMatchObject({
        status: 1,
      });
      expect(node.reason).toBe('failed at ecs.config, a value that is no name of a cluster, status 1\n');
    },
  );

  test('can be read by an operator when they are the name of a cluster', () => {
    const cluster = new ecs.Cluster(stack, 'Cluster');
    const resolved = stack.resolve(rendered({ clusterName: cluster.clusterName }));
    expect(resolved['Fn::Join'][1]).toContainEqual({ Ref: 'ClusterEB0386A7' });
    expect(
      scriptOf(deployed(rendered({ clusterName: cluster.clusterName }), { ClusterEB0386A7: 'orders' })),
    ).toBe(scriptOf(rendered({ clusterName: 'orders' })));
  });
});

describe('in a launch template of CDK', () => {
  function group(id: string, userData: ec2.UserData, spot = false): autoscaling.AutoScalingGroup {
    const vpc =
      (stack.node.tryFindChild('Vpc') as ec2.Vpc | undefined) ??
      new ec2.Vpc(stack, 'Vpc', { natGateways: 0, maxAzs: 1 });
    const launchTemplate = new ec2.LaunchTemplate(stack, `${id}Template`, {
      instanceType: new ec2.InstanceType('t3.small'),
      machineImage: ec2.MachineImage.genericLinux({ 'us-east-1': 'ami-12345678' }, { userData }),
      role: new iam.Role(stack, `${id}Role`, { assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com') }),
      securityGroup: new ec2.SecurityGroup(stack, `${id}Group`, { vpc }),
      userData,
      spotOptions: spot ? {} : undefined,
    });
    return new autoscaling.AutoScalingGroup(stack, id, {
      vpc,
      launchTemplate,
      vpcSubnets: { subnetType: ec2.SubnetType.PUBLIC },
    });
  }

  function join(cluster: ecs.Cluster, id: string, userData: ec2.UserData): void {
    const provider = new ecs.AsgCapacityProvider(stack, `${id}Provider`, {
      autoScalingGroup: group(id, userData),
    });
    cluster.addAsgCapacityProvider(provider);
  }

  beforeEach(() => {
    stack = new Stack(new App(), 'Estate', { env: { account: '123456789012', region: 'us-east-1' } });
  });

  test('takes the name of the cluster from the command that CDK adds', async () => {
    const userData = new NodeBootstrap();
    join(new ecs.Cluster(stack, 'Cluster'), 'Nodes', userData);
    const [template] = Object.values(Template.fromStack(stack).findResources('AWS::EC2::LaunchTemplate'));
    const [[, argument]] = Object.entries(template.Properties.LaunchTemplateData.UserData);
    const text = evaluate(argument, { ClusterEB0386A7: 'Estate-Cluster-1' });
    expect(text).not.toContain('>> /etc/ecs/ecs.config');
    expect(text).not.toContain('python3');
    expect(await node.run(text)).toMatchObject({ status: 0 });
    expect(node.read('etc/ecs/ecs.config')).toMatch(/^ECS_CLUSTER=Estate-Cluster-1\n/);
  });

  test('may have been given the name of that cluster, as a token or as it was chosen', () => {
    const chosen = new ecs.Cluster(stack, 'Chosen', { clusterName: 'orders' });
    join(chosen, 'One', new NodeBootstrap({ clusterName: 'orders' }));
    const generated = new ecs.Cluster(stack, 'Generated');
    join(generated, 'Two', new NodeBootstrap({ clusterName: generated.clusterName }));
  });

  test('may be in two groups of one cluster', () => {
    const userData = new NodeBootstrap();
    const cluster = new ecs.Cluster(stack, 'Cluster');
    join(cluster, 'One', userData);
    join(cluster, 'Two', userData);
    expect(userData.render().match(/ECS_CLUSTER=\$/g)).toHaveLength(1);
  });

  const shared =
    'The user data is shared by two clusters. Give each its own NodeBootstrap and launch template, or ' +
    'leave the names to the ClusterName tags of the groups (a NodeTemplate does that) (SeveralClusters)';

  test('is refused by a second cluster', () => {
    const userData = new NodeBootstrap();
    join(new ecs.Cluster(stack, 'One'), 'Nodes', userData);
    const two = new ecs.Cluster(stack, 'Two', { clusterName: 'two' });
    expect(() => join(two, 'Others', userData)).toThrow(
      new Error(
        `a node can join one cluster only, got: the name of Estate/One and the name of Estate/Two. ${shared}`,
      ),
    );
  });

  test('is refused by a cluster with another name than it was given', () => {
    const cluster = new ecs.Cluster(stack, 'Cluster', { clusterName: 'search' });
    expect(() => join(cluster, 'Nodes', new NodeBootstrap({ clusterName: 'orders' }))).toThrow(
      new Error(`a node can join one cluster only, got: "orders" and the name of Estate/Cluster. ${shared}`),
    );
  });

  test('understands the command for Spot instances too', () => {
    const command = 'echo ECS_ENABLE_SPOT_INSTANCE_DRAINING=true >> /etc/ecs/ecs.config';
    const userData = new NodeBootstrap({ clusterName: 'orders' });
    userData.addCommands('echo ECS_CLUSTER=orders >> /etc/ecs/ecs.config', command);
    expect(userData.render()).not.toContain('echo ECS_');
    expect(userData.render().match(/^ECS_ENABLE_SPOT_INSTANCE_DRAINING=true$/gm)).toHaveLength(1);
  });
});

describe('what ec2.UserData can do', () => {
  let userData: NodeBootstrap;
  beforeEach(() => {
    userData = new NodeBootstrap({
      clusterName: 'orders',
      bootstrapSteps: [BootstrapStep.run('echo first')],
    });
  });

  test('addCommands adds one step, so that variables carry over within one call', async () => {
    userData.addCommands(`a=1`, `echo "$a" >${node.path('out')}`);
    userData.addCommands(`echo "[\${a-}]" >>${node.path('out')}`);
    expect(await node.run(userData.render())).toMatchObject({ status: 0 });
    expect(node.read('out')).toBe('1\n[]\n');
    expect(userData.render()).toContain("at='step 3 (run)'");
  });

  test('addCommands without a command adds nothing', () => {
    const before = userData.render();
    userData.addCommands();
    userData.addCommands('', ' ');
    expect(userData.render()).toBe(before);
  });

  test('commands that are added after something was rendered are rendered too', () => {
    userData.render();
    userData.addCommands('echo late');
    expect(userData.render()).toContain('echo late');
  });

  test('addExecuteFileCommand makes a file executable and runs it with its arguments', async () => {
    writeFileSync(node.path("it's a script"), `#!/bin/bash\necho "$# $2" >${node.path('out')}\n`, {
      mode: 0o600,
    });
    userData.addExecuteFileCommand({ filePath: node.path("it's a script"), arguments: "one 'two three'" });
    expect(await node.run(userData.render())).toMatchObject({ status: 0 });
    expect(node.read('out')).toBe('2 two three\n');
  });

  test.each<[string, () => unknown, string]>([
    [
      'addOnExitCommands',
      () => userData.addOnExitCommands('echo bye'),
      'addOnExitCommands cannot take "echo bye": the last act of a node bootstrap is to let the agent ' +
        'start, and nothing may follow it. Use addCommands, with a `trap … EXIT` among the commands ' +
        'where something is to be cleaned up (UnsupportedUserData)',
    ],
    [
      'addS3DownloadCommand',
      () =>
        userData.addS3DownloadCommand({
          bucket: s3.Bucket.fromBucketName(stack, 'Bucket', 'bucket'),
          bucketKey: 'setup.sh',
        }),
      'addS3DownloadCommand cannot be used: the ECS-optimized image has no AWS CLI to download ' +
        `"setup.sh" with. Add the steps \`BootstrapStep.installPackages(['awscli-2'])\` and ` +
        "`BootstrapStep.run('aws s3 cp …')`, or put the file into a machine image of your own " +
        '(UnsupportedUserData)',
    ],
    [
      'addSignalOnExitCommand',
      () => userData.addSignalOnExitCommand(new s3.Bucket(stack, 'Signalled')),
      'addSignalOnExitCommand cannot be used: the ECS-optimized image has no cfn-signal ' +
        '(aws-cfn-bootstrap). Leave the signals out; a node whose bootstrap fails is powered off and ' +
        'replaced (UnsupportedUserData at Estate/Signalled)',
    ],
    [
      'settings of Bottlerocket',
      () => userData.addCommands('[settings.ecs]', 'cluster = "orders"'),
      'a NodeBootstrap cannot take the settings of Bottlerocket: its user data is for Amazon Linux ' +
        '(UnsupportedUserData)',
    ],
  ])('%s is refused, with the way out', (_, call, message) => {
    expect(call).toThrow(new Error(message));
  });
});

describe('a bootstrap is refused at once', () => {
  test('with settings that the agent would not accept', () => {
    expect(() => new NodeBootstrap({ agent: { containerStopTimeout: Duration.millis(1) } })).toThrow(
      'agent.containerStopTimeout',
    );
    expect(() => new NodeBootstrap({ logDrivers: [] })).toThrow('`logDrivers` must have at least one driver');
  });
});

describe('16 KB', () => {
  const large = (bytes: number) => BootstrapStep.writeFile('/opt/large', 'x'.repeat(bytes));
  const free = () => 16_384 - rendered({ clusterName: 'orders', bootstrapSteps: [large(0)] }).length;

  test('may be filled to the last byte', () => {
    expect(rendered({ clusterName: 'orders', bootstrapSteps: [large(free())] })).toHaveLength(16_384);
  });

  test('may not be exceeded, and the error says what is large', () => {
    const render = () =>
      rendered({ clusterName: 'orders', bootstrapSteps: [BootstrapStep.run('true'), large(free())] });
    expect(render).toThrow(
      /^the user data must be at most 16384 bytes, got: about 16\d{3} \(gate \d+, gate without execution \d+, frame \d+, kernel parameters \d+, SSM agent \d+, ecs.config \d+, steps \d+, step 1 \(run\) \d+, step 2 \(writeFile\) 1\d{4}, final check \d+, end \d+\)\. Put what is large into your own machine image, or into an S3 object that a step downloads \(UserDataTooLarge\)$/,
    );
  });

  test('are counted with tokens at a likely size', () => {
    const value = new CfnParameter(stack, 'Value').valueAsString;
    const step = BootstrapStep.run(`echo ${value}`);
    const room =
      16_384 -
      rendered({ clusterName: 'orders', bootstrapSteps: [large(0), BootstrapStep.run('echo ')] }).length;
    rendered({ clusterName: 'orders', bootstrapSteps: [large(room - 400), step] });
    expect(() => rendered({ clusterName: 'orders', bootstrapSteps: [large(room - 200), step] })).toThrow(
      'UserDataTooLarge',
    );
  });
});
