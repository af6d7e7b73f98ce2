import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { text } from '../private/bounds';
import { fail } from '../private/errors';
import { instance } from '../private/expected-type';
import { type Fields, RENDERED, Struct } from '../private/fields';
import { checkScope } from '../private/place';
import { type AmazonImage, amazonImage } from './amazon-image';

/**
 * Where Amazon publishes the ids of its ECS-optimized Amazon Linux 2023 images (ECS Developer Guide,
 * "Retrieving AMI metadata").
 */
const AMAZON_LINUX_2023 = '/aws/service/ecs/optimized-ami/amazon-linux-2023';

/**
 * Options of a node image: of each factory of `NodeImage`.
 *
 * @example
 * declare const cluster: EcsAutoScaledCluster;
 * cluster.addTier('batch', {
 *   instanceTypes: [new ec2.InstanceType('c7g.2xlarge')],
 *   machineImage: NodeImage.amazonLinux2023({ resolution: NodeImageResolution.AT_LAUNCH }),
 * });
 */
export interface NodeImageOptions {
  /**
   * When the image's id is looked up. `NodeImageResolution.pinned()` is for Amazon's own images: refused with
   * `NodeImage.fromSsmParameter()`, which can name the parameter of a release instead.
   *
   * @default NodeImageResolution.AT_DEPLOYMENT
   */
  readonly resolution?: NodeImageResolution;
}

const CODE = 'InvalidNodeImage';

const RELEASE = text(
  CODE,
  /^(2023\.\d+\.)?\d{8}$/,
  'a release of the image such as "20260414" or "2023.0.20260414"',
);

/**
 * When a node's image (AMI) is chosen.
 *
 * - `AT_DEPLOYMENT`: CloudFormation reads the newest image's id at each deployment of the stack. The template
 *   does not name it, but the launch template does: it can be compared, deployed and rolled back. A node
 *   that starts later is the same.
 * - `AT_LAUNCH`: EC2 reads it whenever an instance starts (`resolve:ssm:`), so two nodes of one group can
 *   differ.
 * - `pinned(release)`: one release, until you change it.
 *
 * @example
 * declare const vpc: ec2.IVpc;
 * new EcsAutoScaledCluster(this, 'Orders', {
 *   vpc,
 *   machineImage: NodeImage.amazonLinux2023({ resolution: NodeImageResolution.pinned('20260414') }),
 *   tiers: [{ name: 'general', instanceTypes: [new ec2.InstanceType('m7g.large')] }],
 * });
 */
export class NodeImageResolution {
  /** The newest image at each deployment of the stack (an SSM parameter of the CloudFormation template). */
  public static readonly AT_DEPLOYMENT = new NodeImageResolution(false);

  /**
   * The newest image whenever an instance starts (`resolve:ssm:` in the launch template).
   *
   * Such a group can neither skip nodes that are up to date nor be rolled back, so it is refused together
   * with a rolling replacement.
   *
   * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/using-systems-manager-parameters.html
   */
  public static readonly AT_LAUNCH = new NodeImageResolution(true);

  /**
   * One release of the image, until it is changed here. Each of Amazon's images has its own name for it:
   * `al2023-ami-ecs-hvm-…`, `al2023-ami-ecs-gpu-hvm-…-ebs` and `al2023-ami-ecs-neuron-hvm-…`.
   *
   * `aws ec2 describe-images --image-ids <image> --query 'Images[].Name'` has the release that a node runs.
   * All releases of an image are below the path of its parameter:
   * `aws ssm get-parameters-by-path --path /aws/service/ecs/optimized-ami/amazon-linux-2023/gpu --recursive`.
   * The release notes are at https://github.com/aws/amazon-ecs-ami/releases.
   *
   * @param release the release's date as in the image's name, such as `20260414` or `2023.0.20260414`.
   * Anything else is refused.
   */
  public static pinned(release: string): NodeImageResolution {
    RELEASE.check('release', release);
    return new NodeImageResolution(false, release);
  }

  /** Whether the image is looked up whenever an instance starts. */
  public readonly atLaunch: boolean;
  /** The release to which the image is pinned, as it was given. Without one it is the newest. */
  public readonly release?: string;

  private constructor(atLaunch: boolean, release?: string) {
    this.atLaunch = atLaunch;
    this.release = release;
  }
}

const FIELDS = {
  resolution: {
    value: instance<NodeImageResolution>({
      name: 'a NodeImageResolution, such as `NodeImageResolution.AT_DEPLOYMENT`',
      member: 'atLaunch',
      instead: (release) => `NodeImageResolution.pinned(${release})`,
    }),
    default: NodeImageResolution.AT_DEPLOYMENT,
    to: RENDERED,
  },
} satisfies Fields<NodeImageOptions>;

export const IMAGE_OPTIONS = new Struct<NodeImageOptions, typeof FIELDS>('NodeImageOptions', FIELDS, {
  such: '{ resolution: NodeImageResolution.AT_LAUNCH }',
});

const PARAMETER_NAME = text(CODE, /^[A-Za-z0-9_./:-]{1,1011}$/, 'the name of an SSM parameter');

/** The variants of Amazon's image: their folder, and their name in front of the version and behind it. */
const VARIANTS = {
  standard: { folder: '', name: 'al2023-ami-ecs-hvm-', end: '' },
  gpu: { folder: 'gpu/', name: 'al2023-ami-ecs-gpu-hvm-', end: '-ebs' },
  neuron: { folder: 'neuron/', name: 'al2023-ami-ecs-neuron-hvm-', end: '' },
} as const;

/**
 * The image (AMI) of a node. It knows its root device, follows the architecture of the instance types, and
 * says when it is chosen.
 *
 * Without one nodes get Amazon's image for their instance types: `amazonLinux2023Gpu()` for GPUs of NVIDIA's,
 * `amazonLinux2023Neuron()` for Inferentia and Trainium, and otherwise `amazonLinux2023()`.
 *
 * Any other `ec2.IMachineImage` works as well, as an image that is like Amazon Linux 2023: cloud-init,
 * systemd, the ECS agent (`ecs.service`), docker and python3. The root volume of Amazon's own images is
 * encrypted, whoever names them. That of an image of your own is left as it is, unless `volumes` names the
 * device.
 *
 * @example
 * declare const vpc: ec2.IVpc;
 * new EcsAutoScaledCluster(this, 'Orders', {
 *   vpc,
 *   machineImage: NodeImage.amazonLinux2023(),
 *   tiers: [
 *     { name: 'general', instanceTypes: [new ec2.InstanceType('m7g.large')] },
 *     { name: 'gpu', instanceTypes: [new ec2.InstanceType('g6.xlarge')], machineImage: NodeImage.amazonLinux2023Gpu() },
 *   ],
 * });
 */
export class NodeImage implements ec2.IMachineImage {
  /**
   * Amazon's ECS-optimized Amazon Linux 2023, x86_64 or arm64 as the instance types need.
   *
   * Used alone, in a launch template of your own, it is the x86_64 image.
   */
  public static amazonLinux2023(options: NodeImageOptions = {}): NodeImage {
    return NodeImage.ofAmazon('standard', options);
  }

  /**
   * The same with NVIDIA's driver, for GPU families such as g5, g6 and p5. It is the default for them.
   *
   * The image turns the agent's GPU support on by itself. It is x86_64 only: arm64 types are refused, such as
   * m7g and the GPU family g5g.
   *
   * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-gpu.html
   */
  public static amazonLinux2023Gpu(options: NodeImageOptions = {}): NodeImage {
    return NodeImage.ofAmazon('gpu', options);
  }

  /**
   * The same with the Neuron driver, for Inferentia and Trainium: inf1, inf2, trn1 and trn2. It is the
   * default for them. It is x86_64 only: arm64 types are refused.
   *
   * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-inference.html
   */
  public static amazonLinux2023Neuron(options: NodeImageOptions = {}): NodeImage {
    return NodeImage.ofAmazon('neuron', options);
  }

  private static ofAmazon(variant: keyof typeof VARIANTS, options: NodeImageOptions): NodeImage {
    const { resolution = FIELDS.resolution.default } = IMAGE_OPTIONS.read('options', options);
    const { folder, name, end } = VARIANTS[variant];
    const { release } = resolution;
    const version = release === undefined || release.startsWith('2023.') ? release : `2023.0.${release}`;
    const parameterName = (architecture: ec2.InstanceArchitecture) => {
      const arm = variant === 'standard' && architecture === ec2.InstanceArchitecture.ARM_64;
      const image =
        version === undefined
          ? 'recommended'
          : `${name}${version}-kernel-6.1-${arm ? 'arm64' : 'x86_64'}${end}`;
      return `${AMAZON_LINUX_2023}/${arm ? 'arm64/' : folder}${image}/image_id`;
    };
    return new NodeImage(resolution, parameterName, variant === 'standard');
  }

  /**
   * Your own image, whose id is in an SSM parameter, made from the ECS-optimized Amazon Linux 2023.
   *
   * @param parameterName the parameter's name. Its image must fit the architecture of the instance types:
   * that cannot be checked here.
   */
  public static fromSsmParameter(parameterName: string, options: NodeImageOptions = {}): NodeImage {
    const { resolution = FIELDS.resolution.default } = IMAGE_OPTIONS.read('options', options);
    if (resolution.release !== undefined) {
      fail(
        CODE,
        '`resolution` of an image from an SSM parameter cannot be pinned: name the parameter of the ' +
          'release instead',
      );
    }
    PARAMETER_NAME.check('parameterName', parameterName);
    return new NodeImage(resolution, () => parameterName);
  }

  private constructor(
    private readonly resolution: NodeImageResolution,
    private readonly parameterName: (architecture: ec2.InstanceArchitecture) => string,
    private readonly isOfEachArchitecture = false,
  ) {}

  /** The image for x86_64: what a launch template of your own gets. */
  public getImage(scope: Construct): ec2.MachineImageConfig {
    checkScope(scope);
    return this._forArchitecture(ec2.InstanceArchitecture.X86_64).getImage(scope);
  }

  /** @internal */
  public _forArchitecture(architecture: ec2.InstanceArchitecture): ec2.IMachineImage {
    const parameter = this.parameterName(architecture);
    return this.resolution.atLaunch
      ? ec2.MachineImage.resolveSsmParameterAtLaunch(parameter)
      : ec2.MachineImage.fromSsmParameter(parameter, { os: ec2.OperatingSystemType.LINUX });
  }

  /**
   * What is known of the image: of Amazon's own.
   *
   * @internal
   */
  public get _amazonImage(): AmazonImage | undefined {
    return amazonImage(this.parameterName(ec2.InstanceArchitecture.X86_64));
  }

  /**
   * It is another image for each architecture.
   *
   * @internal
   */
  public get _followsArchitecture(): boolean {
    return this.isOfEachArchitecture;
  }

  /** @internal */
  public get _release(): string | undefined {
    return this.resolution.release;
  }

  /** @internal */
  public get _atLaunch(): boolean {
    return this.resolution.atLaunch;
  }
}
