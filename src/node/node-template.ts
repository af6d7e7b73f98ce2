import { Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
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
import { reasonWithoutGpu } from './gpu';
import { reasonAgainst, reasonAgainstImage } from './image-checks';
import { knownTypes } from './known-types';
import { checkNode, warnOfAgentLog, warnOfIpv6, warnOfNearMisses, warnOfSizes } from './node-checks';
import { NODE } from './node-fields';
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

/** The tier that a template of its own belongs to. */
export interface TemplateOwner {
  readonly clusterName: string;
  readonly clusterPath: string;
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
  readonly launchTemplate: ec2.LaunchTemplate;
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
 * Each stack and VPC that use it get a launch template of their own from this definition: a version number
 * that one stack exports to another could never change again. The node finds the name of its cluster at boot,
 * in the `ClusterName` tag of its instance, through the instance metadata service; no API call and no
 * permission is needed for it.
 *
 * @example
 * declare const vpc: ec2.IVpc;
 * const standard = new NodeTemplate(this, 'Standard', { instanceTypes: [new ec2.InstanceType('m7i.large')] });
 * new EcsAutoScaledCluster(this, 'Orders', { vpc, clusterName: 'orders', tiers: [{ name: 'standard', template: standard }] });
 * new EcsAutoScaledCluster(this, 'Search', { vpc, clusterName: 'search', tiers: [{ name: 'standard', template: standard }] });
 */
export class NodeTemplate extends Construct {
  /**
   * The template of a tier that has node fields of its own: the cluster's name is written into it.
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
  /** The instance types, in order of preference. */
  public readonly instanceTypes: ec2.InstanceType[];
  /**
   * The user data of the nodes. Commands that are added to it run on the nodes of every cluster that
   * uses the template.
   */
  public readonly bootstrap: NodeBootstrap;

  private readonly props: NodeTemplateProps;
  private readonly owner?: TemplateOwner;
  private readonly image: ec2.IMachineImage;
  private readonly volumes: ec2.CfnLaunchTemplate.BlockDeviceMappingProperty[];

  public constructor(scope: Construct, id: string, props: NodeTemplateProps) {
    checkPlace(scope, id);
    super(scope, id);
    checkCdkVersion(this);
    const node = NODE_TEMPLATE.read('props', props, this);
    this.owner = (props as OwnedTemplateProps)[OWNER];
    this.props = node;
    this.instanceTypes = checkedInstanceTypes(this, node.instanceTypes);
    this.image = checkedImage(this, node.machineImage, this.instanceTypes);
    checkNode(this, node, this.instanceTypes);
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
    return NODE.set(this.props);
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
   * The architecture of the nodes; undefined where no type is known.
   *
   * @internal
   */
  public get _architecture(): ec2.InstanceArchitecture | undefined {
    return knownTypes(this.instanceTypes)[0]?.architecture;
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
    return reasonWithoutGpu(this.instanceTypes, this.props.machineImage ?? DEFAULT_IMAGE);
  }

  /**
   * What nodes of each instance type have for tasks; undefined where a type is not known.
   *
   * @internal
   */
  public get _nodeSizes(): NodeSize[] | undefined {
    return nodeSizesOf(this.instanceTypes, this.bootstrap._agentConfig.reservedMemory);
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
      ? reasonAgainst(this.image, _mayInstallAgent)
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
    const permissions = NodePermissions.of(stack, this.role);
    permissions.addCluster(user.clusterArn, user.clusterName);
    if (this.props.dockerAuth) permissions.addDockerAuth(this.props.dockerAuth);
    if (this.props.agent?.containerInstancePropagateTagsFrom !== undefined) permissions.addInstanceTags();
    // A shared template's copy lives under the stack, not under its first user, whose removal would rename it
    // and so replace all nodes.
    const scope = this.owner === undefined ? this.copyIn(stack, user.vpc) : this;
    const existing = scope.node.tryFindChild('LaunchTemplate') as ec2.LaunchTemplate | undefined;
    const securityGroups = this.securityGroupsIn(scope, user.vpc);
    const launchTemplate =
      existing ??
      makeLaunchTemplate(scope, 'LaunchTemplate', {
        node: this.props,
        role: permissions.role,
        image: this.image,
        instanceTypes: this.instanceTypes,
        userData: this.bootstrap,
        volumes: this.volumes,
        securityGroups,
        instanceMetadataTags: this._isShared,
      });
    return { launchTemplate, securityGroups, permissions };
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
    const rootDeviceName =
      this.props.machineImage === undefined
        ? DEFAULT_IMAGE._rootDeviceName
        : rootDeviceOf(this.props.machineImage);
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
      // Known of an image whose root device is known: the ECS-optimized Amazon Linux 2023.
      if (rootDeviceName !== undefined) volume._checkRootSize(SNAPSHOT_SIZE, this);
      volume._allowAutoScaling(this);
      return volume._render(name);
    });
  }
}

/** The least that the root volume of the ECS-optimized Amazon Linux 2023 can be, in GiB. */
const SNAPSHOT_SIZE = 30;

const DEFAULT_IMAGE = NodeImage.amazonLinux2023();

function rootDeviceOf(image: ec2.IMachineImage): string | undefined {
  return image instanceof NodeImage ? image._rootDeviceName : undefined;
}

function checkedInstanceTypes(
  scope: Construct,
  instanceTypes: ec2.InstanceType[] | undefined,
): ec2.InstanceType[] {
  if (instanceTypes === undefined || instanceTypes.length === 0) {
    return fail(
      'NoInstanceType',
      '`instanceTypes` must have at least one instance type: of the tier, its template, or the cluster',
      scope,
    );
  }
  const known = knownTypes(instanceTypes);
  const names = known.map((type) => type.toString());
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    fail('InvalidInstanceTypes', `\`instanceTypes\` has ${quoteForMessage(twice)} twice`, scope);
  const unknown = known.find((type) => !hasArchitecture(type));
  if (unknown !== undefined) {
    fail(
      'InvalidInstanceTypes',
      '`instanceTypes` must have names that CDK understands, of a family without a hyphen and a size ' +
        `such as m7i.large, got: ${quoteForMessage(unknown.toString())}`,
      scope,
    );
  }
  return [...instanceTypes];
}

/**
 * CDK tells the architecture by the name, and throws at those with a hyphen in the family, real ones too:
 * u-3tb1.56xlarge.
 */
function hasArchitecture(type: ec2.InstanceType): boolean {
  try {
    return type.architecture !== undefined;
  } catch {
    return false;
  }
}

function architectureOf(scope: Construct, instanceTypes: ec2.InstanceType[]): ec2.InstanceArchitecture {
  const [first, ...others] = knownTypes(instanceTypes);
  // nothing is known: what most instances are
  if (first === undefined) return ec2.InstanceArchitecture.X86_64;
  const mixed = others.find((type) => type.architecture !== first.architecture);
  if (mixed) {
    fail(
      'MixedArchitectures',
      `\`instanceTypes\` must have one architecture, got: ${first} (${first.architecture}) and ` +
        `${mixed} (${mixed.architecture})`,
      scope,
    );
  }
  return first.architecture;
}

function checkedImage(
  scope: Construct,
  image: ec2.IMachineImage | undefined,
  instanceTypes: ec2.InstanceType[],
): ec2.IMachineImage {
  const architecture = architectureOf(scope, instanceTypes);
  if (image === undefined) return DEFAULT_IMAGE._forArchitecture(architecture);
  if (image instanceof NodeImage) return image._forArchitecture(architecture);
  if (ecs.BottleRocketImage.isBottleRocketImage(image)) {
    fail(
      'UnsupportedImage',
      '`machineImage` must be an image like Amazon Linux 2023: the bootstrap cannot be rendered for ' +
        'Bottlerocket yet',
      scope,
    );
  }
  return image;
}

/** As a field. */
export const TEMPLATE = instance<NodeTemplate>({ name: 'a NodeTemplate', member: '_use' });
