/**
 * From the template to a node in service: the library's own template, deployed to ministack with the shim of
 * `emulator/`; the user data of the group's launch template, booted in the sandbox of `test/boot` with the
 * tags of the group; a node that registers with the cluster that its `ecs.config` names, through the API of
 * ECS; and the readiness gate's state machine, which lets it go into service, or not.
 *
 * Real here are the template, the user data, systemd, cloud-init and bash. The agent, instance metadata,
 * hooks and events are stand-ins.
 */
import { NodeReplacement, NodeTemplate } from '../../src';
import { type Boot, BootQueue, interpret, setUp, whyNoBoot } from '../boot/harness';
import { FEW_ATTEMPTS } from '../boot/user-data';
import { SMALL } from '../helpers/estate';
import { Account, deployable, type Group, type Instance, image } from './account';
import { Emulator, until } from './emulator';

jest.setTimeout(180_000);

(process.env.BOOT_TESTS === 'skip' ? describe.skip : describe)('a node of a deployed cluster', () => {
  let account: Account;
  let group: Group;
  let userData: string;
  const sandbox = new BootQueue(2);

  beforeAll(async () => {
    const reason = whyNoBoot();
    if (reason !== undefined) throw new Error(`${reason} (BOOT_TESTS=skip leaves the boot tests out)`);
    setUp();
    account = new Account(await Emulator.start());
    await account.image('ami-0000000000000000a');
    const stack = deployable();
    // A shared template: its nodes look for their cluster in their tag.
    const template = new NodeTemplate(stack, 'Standard', { machineImage: image, instanceTypes: [SMALL] });
    stack.cluster({
      replacement: NodeReplacement.rolling(),
      tiers: [{ name: 'general', template }],
    });
    await account.deploy(stack);
    [group] = await account.groups();
    userData = await deployedUserData();
  }, 240_000);

  afterAll(() => account?.aws.stop());

  /** The user data that EC2 would give to an instance of the group. */
  async function deployedUserData(): Promise<string> {
    const { LaunchTemplate } = await group.describe();
    const { LaunchTemplateVersions } = await account.aws.call('ec2', 'describe_launch_template_versions', {
      LaunchTemplateId: LaunchTemplate.LaunchTemplateId,
      Versions: [LaunchTemplate.Version],
    });
    return Buffer.from(LaunchTemplateVersions[0].LaunchTemplateData.UserData, 'base64').toString('utf8');
  }

  /** The tags that the group gives to its instances. */
  async function tags(): Promise<{ [key: string]: string }> {
    const { Tags } = await group.describe();
    return Object.fromEntries(
      Tags.filter((tag: any) => tag.PropagateAtLaunch).map((tag: any) => [tag.Key, tag.Value]),
    );
  }

  async function boot(name: string, instanceTags: { [key: string]: string }): Promise<Boot> {
    return (
      await sandbox.boot(name, {
        userData,
        substitute: FEW_ATTEMPTS,
        tags: instanceTags,
        region: 'us-east-1',
      })
    )[0];
  }

  /**
   * What the agent does with its configuration: nothing where it was not started, otherwise it registers. The
   * agent's own default is `default`.
   */
  async function register({ agent }: Boot, { InstanceId }: Instance): Promise<string | undefined> {
    if (!agent.started) return undefined;
    const cluster = String(interpret(agent.starts[0].config).ECS_CLUSTER?.parsed ?? 'default');
    await account.aws.call('ecs', 'register_container_instance', {
      cluster,
      instanceIdentityDocument: JSON.stringify({ instanceId: InstanceId }),
      instanceIdentityDocumentSignature: 'x',
      totalResources: [],
    });
    return cluster;
  }

  const stateOf = async ({ InstanceId }: Instance) =>
    (await group.instances()).find((instance) => instance.InstanceId === InstanceId)?.LifecycleState;
  const registered = async () =>
    (await account.aws.call('ecs', 'list_container_instances', { cluster: await group.cluster() }))
      .containerInstanceArns;

  it('boots, joins the cluster of its tag and goes into service; one without the tag powers off, never joins and is replaced', async () => {
    const { ClusterName, ...others } = await tags();
    expect(ClusterName).toBe(await group.cluster());
    // The emulator's clock is 200 times as fast as the sandbox's: a hook has timed out before a machine is
    // up. So they are up before they are launched.
    const [goodBoot, lostBoot] = await Promise.all([
      boot('join: with its tag', { ...others, ClusterName }),
      boot('join: without its tag', { ...others, team: 'blue' }),
    ]);
    const [good, lost] = await group.scaleTo(2);
    expect([await stateOf(good), await stateOf(lost)]).toEqual(['Pending:Wait', 'Pending:Wait']);

    expect(await registered()).toEqual([]);
    expect(await register(goodBoot, good)).toBe(ClusterName);
    expect(await register(lostBoot, lost)).toBeUndefined();
    await until('the node is in service', async () => (await stateOf(good)) === 'InService');
    expect(await registered()).toHaveLength(1);

    expect([lostBoot.poweredOff, lostBoot.agent.starts]).toEqual([true, []]);
    expect(lostBoot.console).toContain('ECS BOOTSTRAP FAILED: the ClusterName tag: HTTP Error 404');
    const run = await until('its run has given up', async () =>
      (await account.runs('ReadinessGate')).find(({ status }) => status === 'FAILED'),
    );
    const { cause } = await account.aws.call('stepfunctions', 'describe_execution', {
      executionArn: run.executionArn,
    });
    expect(cause).toContain(
      `${lost.InstanceId} of ${group.name} did not join the ECS cluster ${ClusterName}`,
    );
    await until('it is replaced', async () => (await stateOf(lost)) === undefined);
    const [next] = (await group.instances()).filter(({ InstanceId }) => InstanceId !== good.InstanceId);
    expect([await stateOf(next), await stateOf(good)]).toEqual(['Pending:Wait', 'InService']);
  });
});
