import { Stack } from 'aws-cdk-lib';
import type * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { Construct, type IConstruct } from 'constructs';
import { NODE_BOOTSTRAP_OPTIONS } from '../bootstrap/bootstrap-fields';
import { NodeBootstrap } from '../bootstrap/node-bootstrap';
import { checkCdkVersion } from '../private/cdk-version';
import { fail, inScope, quoteForMessage } from '../private/errors';
import { instance } from '../private/expected-type';
import { Struct } from '../private/fields';
import { onceIn } from '../private/once-in';
import { checkPlace } from '../private/place';
import { DEFAULT_LOG_DRIVERS } from '../settings/log-driver';
import { type OutgoingPorts, outgoingPorts } from '../settings/outgoing-ports';
import { efaSecurityGroup } from './efa';
import { reasonWithoutGpu, reasonWithoutSharing } from './gpu';
import { checkHardware } from './hardware-checks';
import { reasonAgainst, reasonAgainstImage } from './image-checks';
import { chooseImage, type ImageChoice, imageOf } from './image-choice';
import { chooseInstances, type InstanceChoice } from './instance-choice';
import { type LaunchVariant, launchOverrides } from './launch-overrides';
import type { LaunchTemplateInput } from './launch-template-input';
import {
  checkNode,
  checkReservedMemory,
  warnOfAgentLog,
  warnOfIpv6,
  warnOfNearMisses,
  warnOfSizes,
} from './node-checks';
import { NODE } from './node-fields';
import type { NodeHardware } from './node-hardware';
import { NodeImage } from './node-image';
import { makeLaunchTemplate } from './node-launch-template';
import { NodePermissions } from './node-permissions';
import type { NodeProps } from './node-props';
import { NodeRole } from './node-role';
import { nodeSecurityGroup } from './node-security-group';
import { type NodeSize, nodeSizesOf } from './node-size';
import { NodeVolume } from './node-volume';

/**
 * Properties of a `NodeTemplate`: what a node is. `instanceTypes` is required.
 *
 * @example
 * declare const cluster: EcsAutoScaledCluster;
 * declare const registrySecret: secretsmanager.ISecret;
 * const standard = new NodeTemplate(this, 'ProductionStandard', {
 *   role: new NodeRole(this, 'ProductionRole'),
 *   instanceTypes: [new ec2.InstanceType('m7i.large')],
 *   volumes: [NodeVolume.root({ size: Size.gibibytes(100) })],
 *   dockerAuth: DockerAuth.fromSecret(registrySecret),
 * });
 * cluster.addTier('standard', { template: standard });
 */
export interface NodeTemplateProps extends NodeProps {}

/** The tier that the template belongs to, if it is not shared. */
export interface TemplateOwner {
  readonly clusterName: string;
  readonly clusterPath: string;
  /** The capacity block that its nodes are bought in. */
  readonly capacityBlock?: string;
  /** The one security group of a cluster's own tiers, made when the first of them needs it. */
  readonly securityGroup: () => ec2.ISecurityGroup;
}

/** A tier as its template sees it. */
export interface TemplateUser {
  readonly scope: Construct;
  readonly vpc: ec2.IVpc;
  readonly clusterArn: string;
  readonly clusterName: string;
}

/** What a tier gets of its template. */
export interface NodeLaunch {
  /** A launch template for each architecture, that of the group first. */
  readonly variants: readonly LaunchVariant[];
  /** The instances of a mixed group, in order of preference. */
  readonly overrides: readonly autoscaling.LaunchTemplateOverrides[];
  readonly securityGroups: ec2.ISecurityGroup[];
  readonly permissions: NodePermissions;
}

/** Keyed by a symbol, so that it is no part of the public props, which other languages would show. */
const OWNER = Symbol('owner');
interface OwnedTemplateProps extends NodeTemplateProps {
  readonly [OWNER]?: TemplateOwner;
}

/** The fields of a `NodeTemplateProps`: those of a node. */
export const NODE_TEMPLATE = new Struct<NodeTemplateProps, typeof NODE.fields>(
  'NodeTemplateProps',
  NODE.fields,
  { such: "{ instanceTypes: [new ec2.InstanceType('m7i.large')] }" },
);

/**
 * What a node is: role, image, instance types, volumes and bootstrap, defined once and used by any number of
 * tiers of any number of clusters, in this stack or another.
 *
 * Each stack and VPC that use it get their own launch template from this definition: a version number that
 * one stack exports to another could never change again. The node finds the name of its cluster at boot, in
 * the `ClusterName` tag of its instance, through the instance metadata service. That needs no API call and no
 * permission.
 *
 * @example
 * declare const vpc: ec2.IVpc;
 * const standard = new NodeTemplate(this, 'Standard', { instanceTypes: [new ec2.InstanceType('m7i.large')] });
 * new EcsAutoScaledCluster(this, 'Orders', { vpc, clusterName: 'orders', tiers: [{ name: 'standard', template: standard }] });
 * new EcsAutoScaledCluster(this, 'Search', { vpc, clusterName: 'search', tiers: [{ name: 'standard', template: standard }] });
 */
export class NodeTemplate extends Construct {
  /**
   * The template of a tier that has its own node fields: the cluster's name is written into it.
   *
   * @internal
   */
  public static _ofTier(
    scope: Construct,
    id: string,
    props: NodeTemplateProps,
    owner: TemplateOwner,
  ): NodeTemplate {
    const owned: OwnedTemplateProps = { ...props, [OWNER]: owner };
    return new NodeTemplate(scope, id, owned);
  }

  /** The role of the nodes. */
  public readonly role: iam.IRole;
  /** The instance types, in order of preference. There are none where `instanceRequirements` choose them. */
  public readonly instanceTypes: ec2.InstanceType[];
  /**
   * The user data of the nodes. Commands that are added to it run on the nodes of every cluster that
   * uses the template.
   */
  public readonly bootstrap: NodeBootstrap;

  /** Whether nodes start held, by the tier that uses it. */
  private readonly heldBy = new Map<IConstruct, boolean>();
  private readonly props: NodeTemplateProps;
  private readonly owner?: TemplateOwner;
  private readonly instances: InstanceChoice;
  private readonly choice: ImageChoice;
  private readonly volumes: ec2.CfnLaunchTemplate.BlockDeviceMappingProperty[];

  public constructor(scope: Construct, id: string, props: NodeTemplateProps) {
    checkPlace(scope, id);
    super(scope, id);
    checkCdkVersion(this);
    const node = NODE_TEMPLATE.read('props', props, this);
    this.owner = (props as OwnedTemplateProps)[OWNER];
    this.props = node;
    this.instances = chooseInstances(this, node.instanceTypes, node.instanceRequirements);
    this.instanceTypes = [...this.instances.types];
    this.choice = chooseImage(this, node.machineImage, this.instances);
    checkNode(this, node, this.instanceTypes);
    checkHardware(this, this._hardware, this.instances, node.associatePublicIpAddress);
    checkReservedMemory(this, node.agent ?? {}, this.instanceTypes);
    warnOfSizes(this, this.instanceTypes);
    warnOfNearMisses(this, node.agent?.environment ?? {});
    warnOfAgentLog(this, node.agent ?? {});
    warnOfIpv6(this, node.sysctls ?? [], node.agent ?? {});
    this.role = node.role ?? new NodeRole(this, 'Role');
    const bootstrap = { clusterName: this.owner?.clusterName, ...NODE_BOOTSTRAP_OPTIONS.pick(node) };
    this.bootstrap = inScope(this, () => new NodeBootstrap(bootstrap));
    this.volumes = this.renderVolumes();
    this.bootstrap._belongTo(this);
  }

  /**
   * The image is looked up whenever an instance starts.
   *
   * @internal
   */
  public get _resolvesImageAtLaunch(): boolean {
    const { machineImage } = this.props;
    return machineImage instanceof NodeImage && machineImage._atLaunch;
  }

  /**
   * The nodes find their cluster in a tag: the template is used by several clusters.
   *
   * @internal
   */
  public get _isShared(): boolean {
    return this.owner === undefined;
  }

  /**
   * What the template says itself.
   *
   * @internal
   */
  public get _nodeFields(): (keyof NodeProps)[] {
    const fields = NODE.set(this.props);
    // Either says what the other would.
    return fields.includes('instanceRequirements') ? [...fields, 'instanceTypes'] : fields;
  }

  /**
   * The names of the log drivers that the nodes offer.
   *
   * @internal
   */
  public get _logDrivers(): string[] {
    return (this.props.logDrivers ?? DEFAULT_LOG_DRIVERS).map(({ name }) => name);
  }

  /**
   * The architectures of the nodes; none where no type is known.
   *
   * @internal
   */
  public get _architectures(): readonly ec2.InstanceArchitecture[] {
    return this.instances.architectures;
  }

  /**
   * The instances of the nodes, as they appear in messages.
   *
   * @internal
   */
  public get _instances(): string {
    return this.instances.named;
  }

  /**
   * A refresh that passes over nodes that are up to date knows types by name only.
   *
   * @internal
   */
  public get _hasRequirements(): boolean {
    return this.instances.requirements !== undefined;
  }

  /** @internal */
  public get _hardware(): NodeHardware {
    return this.props.hardware ?? {};
  }

  /**
   * The ports that the nodes take for outgoing connections; undefined where only CloudFormation knows them.
   *
   * @internal
   */
  public get _outgoingPorts(): OutgoingPorts | undefined {
    return outgoingPorts(this.props.sysctls);
  }

  /**
   * Why the nodes offer no GPU to containers; undefined: they may.
   *
   * @internal
   */
  public get _withoutGpu(): string | undefined {
    return reasonWithoutGpu(this.instances, this.choice.amazonImage);
  }

  /**
   * Why containers cannot share a GPU of a node; undefined: they may.
   *
   * @internal
   */
  public get _withoutGpuSharing(): string | undefined {
    const { machineImage } = this.props;
    const release = machineImage instanceof NodeImage ? machineImage._release : undefined;
    return reasonWithoutSharing(this.instances, release);
  }

  /**
   * What nodes of each instance type have for tasks; undefined where a type is not known.
   *
   * @internal
   */
  public get _nodeSizes(): NodeSize[] | undefined {
    const { reservedMemory } = this.bootstrap._agentConfig;
    const { coreCount, threadsPerCore } = this._hardware;
    const vCpus =
      coreCount === undefined || threadsPerCore === undefined ? undefined : coreCount * threadsPerCore;
    return this._hasRequirements ? undefined : nodeSizesOf(this.instanceTypes, reservedMemory, vCpus);
  }

  /**
   * Why nodes of an image cannot join a cluster: of a parameter, or where its name is not known any more of
   * the image as it was given. Undefined: they may.
   *
   * @internal
   */
  public _reasonAgainstImage(parameter: string | undefined): string | undefined {
    const { _mayInstallAgent } = this.bootstrap;
    return parameter === undefined
      ? reasonAgainst(imageOf(this.choice, ec2.InstanceArchitecture.X86_64), _mayInstallAgent)
      : reasonAgainstImage(parameter, _mayInstallAgent);
  }

  /**
   * Groups of the nodes in which nothing is opened.
   *
   * @internal
   */
  public get _additionalSecurityGroups(): ec2.ISecurityGroup[] {
    return this.props.additionalSecurityGroups ?? [];
  }

  /**
   * Whether nodes of a tier register with a mark. It is in the user data, so it holds for all tiers.
   *
   * @internal
   */
  public _holdNodes(
    tier: IConstruct,
    mark: { readonly name: string; readonly value: string } | undefined,
  ): void {
    this.heldBy.set(tier, mark !== undefined);
    if (mark !== undefined) this.bootstrap._addAttribute(mark.name, mark.value);
  }

  /**
   * Tiers whose nodes get a mark that they do not ask for. To be asked when all tiers are made.
   *
   * @internal
   */
  public get _heldUnasked(): IConstruct[] {
    const tiers = [...this.heldBy];
    return tiers.some(([, held]) => held) ? tiers.filter(([, held]) => !held).map(([tier]) => tier) : [];
  }

  /**
   * The launch template for a tier, made on first use.
   *
   * @internal
   */
  public _use(user: TemplateUser): NodeLaunch {
    const stack = Stack.of(user.scope);
    if (this.owner !== undefined && this.owner.clusterName !== user.clusterName) {
      fail(
        'TemplateOfAnotherTier',
        `\`template\` belongs to a tier of ${this.owner.clusterPath}: make a NodeTemplate to share`,
        user.scope,
      );
    }
    for (const volume of this.props.volumes ?? []) volume._checkKey(user.scope);
    const permissions = NodePermissions.of(stack, this.role);
    permissions.addCluster(user.clusterArn, user.clusterName);
    if (this.props.dockerAuth) permissions.addDockerAuth(this.props.dockerAuth);
    if (this.props.agent?.containerInstancePropagateTagsFrom !== undefined) permissions.addInstanceTags();
    // A shared template's copy lives under the stack, not under its first user, whose removal would rename it
    // and so replace all nodes.
    const scope = this.owner === undefined ? this.copyIn(stack, user.vpc) : this;
    const securityGroups = this.securityGroupsIn(scope, user.vpc);
    const variants = this.variantsIn(scope, (architecture) => ({
      node: this.props,
      role: permissions.role,
      image: imageOf(this.choice, architecture),
      instances: this.instances,
      userData: this.bootstrap,
      volumes: this.volumes,
      securityGroups,
      efaGroup: this._hardware.efa ? efaSecurityGroup(scope, user.vpc) : undefined,
      capacityBlock: this.owner?.capacityBlock,
      instanceMetadataTags: this._isShared,
    }));
    const overrides = launchOverrides(this.instances, this.choice.amazonImage, variants);
    return { variants, overrides, securityGroups, permissions };
  }

  /** A launch template for each architecture: it names one image. */
  private variantsIn(
    scope: Construct,
    inputFor: (architecture: ec2.InstanceArchitecture) => LaunchTemplateInput,
  ): LaunchVariant[] {
    const known = this._architectures;
    return (known.length > 0 ? known : [undefined]).map((architecture, index) => {
      const id = launchTemplateId(index);
      const launchTemplate = onceIn(scope, id, () =>
        makeLaunchTemplate(scope, id, inputFor(architecture ?? ec2.InstanceArchitecture.X86_64)),
      );
      return { architecture, launchTemplate };
    });
  }

  private copyIn(stack: Stack, vpc: ec2.IVpc): Construct {
    const id = `${this.node.id}${this.node.addr.slice(-8)}${vpc.node.addr.slice(-8)}`;
    return onceIn(stack, id, () => new Construct(stack, id));
  }

  private securityGroupsIn(scope: Construct, vpc: ec2.IVpc): ec2.ISecurityGroup[] {
    if (this.props.securityGroups) return this.props.securityGroups;
    if (this.owner) return [this.owner.securityGroup()];
    return [nodeSecurityGroup(scope, vpc)];
  }

  private renderVolumes(): ec2.CfnLaunchTemplate.BlockDeviceMappingProperty[] {
    const { rootDeviceName, snapshotSize } = this.choice.amazonImage ?? {};
    const given = this.props.volumes ?? [];
    if (given.filter((volume) => volume.isRoot).length > 1)
      fail('InvalidNodeVolume', '`volumes` must have at most one `NodeVolume.root()`', this);
    const volumes =
      rootDeviceName === undefined || given.some((volume) => volume.isRoot)
        ? given
        : [NodeVolume.root(), ...given];
    const names = new Set<string>();
    return volumes.map((volume) => {
      const name = volume._deviceNameOn(rootDeviceName, this);
      if (names.has(name))
        fail('InvalidNodeVolume', `\`volumes\` has the device ${quoteForMessage(name)} twice`, this);
      names.add(name);
      if (snapshotSize !== undefined) volume._checkRootSize(snapshotSize, this);
      volume._allowAutoScaling(this);
      return volume._render(name);
    });
  }
}

/**
 * The id of the launch template of an architecture. Arm64 has another id only next to x86_64: nodes of an
 * x86_64 tier keep their template where arm64 is added.
 */
function launchTemplateId(index: number): string {
  return index === 0 ? 'LaunchTemplate' : 'LaunchTemplateArm64';
}

/** As a field. */
export const TEMPLATE = instance<NodeTemplate>({ name: 'a NodeTemplate', member: '_use' });
