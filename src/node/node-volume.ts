import { ArnFormat, Aws, type Size, Stack, Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type { IConstruct } from 'constructs';
import { size, text, wholeNumber } from '../private/bounds';
import { KEY } from '../private/cdk-types';
import { fail } from '../private/errors';
import { flag, instance, member } from '../private/expected-type';
import { Destination, type Fields, RENDERED, Struct } from '../private/fields';
import { checkRegion } from '../private/regions';
import type { Bounds } from '../private/value';

/**
 * What a volume of a node is like: what `NodeVolume.root()` and `NodeVolume.additional()` share.
 *
 * @example
 * declare const cluster: EcsAutoScaledCluster;
 * const encryptionKey = new kms.Key(this, 'VolumeKey');
 * cluster.addTier('search', {
 *   instanceTypes: [new ec2.InstanceType('r7i.large')],
 *   volumes: [NodeVolume.root({ size: Size.gibibytes(200), iops: 6000, throughput: 500, encryptionKey })],
 * });
 */
export interface NodeVolumeOptions {
  /**
   * The kind of volume. Outposts and some Local Zones have no gp3: nodes start there with
   * `ec2.EbsDeviceVolumeType.GP2`, the root volume's too.
   *
   * @default ec2.EbsDeviceVolumeType.GP3
   */
  readonly volumeType?: ec2.EbsDeviceVolumeType;

  /**
   * I/O operations a second: 3,000 to 80,000 for gp3, 100 to 64,000 for io1, 100 to 256,000 for io2. Required
   * for io1 and io2, refused for kinds that have none. At most 500 for each GiB of gp3 (above 3,000), 50 of
   * io1, 1,000 of io2.
   *
   * @default - 3,000 for gp3
   * @see
   * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-ec2-launchtemplate-ebs.html
   */
  readonly iops?: number;

  /**
   * Throughput in MiB/s, 125 to 2,000 and at most a quarter of the IOPS (750 for the default 3,000), for gp3
   * only.
   *
   * @default - 125 for gp3
   */
  readonly throughput?: number;

  /**
   * Encrypt the volume. Turn it off only for an image whose snapshot may not be encrypted.
   *
   * @default true
   */
  readonly encrypted?: boolean;

  /**
   * The customer-managed key that encrypts the volume. Auto Scaling's service-linked role is allowed to use
   * it, which instances need to start; for an imported key, see to that yourself.
   *
   * @default - the account's default key for EBS
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * Delete the volume together with its node.
   *
   * @default true
   */
  readonly deleteOnTermination?: boolean;
}

/**
 * Options for `NodeVolume.root()`.
 *
 * @example
 * declare const cluster: EcsAutoScaledCluster;
 * cluster.addTier('general', {
 *   instanceTypes: [new ec2.InstanceType('m7i.large')],
 *   machineImage: NodeImage.fromSsmParameter('/images/ecs-node'),
 *   volumes: [NodeVolume.root({ deviceName: '/dev/xvda', size: Size.gibibytes(100) })],
 * });
 */
export interface RootVolumeOptions extends NodeVolumeOptions {
  /**
   * The volume's size, in whole GiB: 1 to 65,536, or less, as its type has it. It cannot be smaller than the
   * image's snapshot (30 GiB for the ECS-optimized Amazon Linux 2023).
   *
   * @default - the size of the image's snapshot
   */
  readonly size?: Size;

  /**
   * The device that the image boots from. Needed for an image that the library does not know.
   *
   * @default - `/dev/xvda` on Amazon Linux 2023
   */
  readonly deviceName?: string;
}

/**
 * Options for `NodeVolume.additional()`.
 *
 * @example
 * declare const cluster: EcsAutoScaledCluster;
 * cluster.addTier('logs', {
 *   instanceTypes: [new ec2.InstanceType('m7i.large')],
 *   volumes: [NodeVolume.additional('/dev/xvdb', { size: Size.gibibytes(500), volumeType: ec2.EbsDeviceVolumeType.ST1 })],
 *   // Each line can run twice: a node may be interrupted and boot again.
 *   bootstrapSteps: [
 *     BootstrapStep.run('blkid /dev/xvdb || mkfs -t ext4 /dev/xvdb'),
 *     BootstrapStep.run('grep -q " /data " /etc/fstab || echo "/dev/xvdb /data ext4 nofail 0 2" >> /etc/fstab'),
 *     BootstrapStep.run('mkdir -p /data'),
 *     BootstrapStep.run('mountpoint -q /data || mount /data'),
 *   ],
 * });
 */
export interface AdditionalVolumeOptions extends NodeVolumeOptions {
  /**
   * The volume's size, in whole GiB. For gp3 it is 1 to 65,536, for gp2 1 to 16,384. For io2 it is 4 to
   * 65,536, for io1 4 to 16,384. For st1 and sc1 it is 125 to 16,384, for standard 1 to 1,024.
   */
  readonly size: Size;
}

const CODE = 'InvalidNodeVolume';

/** In GiB. */
const SIZES: Record<string, Bounds> = {
  gp2: { min: 1, max: 16384 },
  gp3: { min: 1, max: 65536 },
  io1: { min: 4, max: 16384 },
  io2: { min: 4, max: 65536 },
  sc1: { min: 125, max: 16384 },
  st1: { min: 125, max: 16384 },
  standard: { min: 1, max: 1024 },
};

/** Of the type that may be the largest; of the others once the type is known. */
const SIZE = size(CODE, 'GiB', { min: 1, max: 65536 });

/** How many I/O operations a second a GiB may have, above what every gp3 volume has. */
const IOPS_PER_GIB: Record<string, number> = { gp3: 500, io1: 50, io2: 1000 };
const GP3_IOPS = 3000;

/** MiB/s for each I/O operation a second. */
const THROUGHPUT_PER_IOPS = 0.25;

const IOPS: Record<string, Bounds> = {
  gp3: { min: GP3_IOPS, max: 80000 },
  io1: { min: 100, max: 64000 },
  io2: { min: 100, max: 256000 },
};

const EBS = new Destination<ec2.CfnLaunchTemplate.EbsProperty>('ec2.CfnLaunchTemplate.EbsProperty');

const VOLUME_FIELDS = {
  volumeType: {
    value: member('ec2.EbsDeviceVolumeType', ec2.EbsDeviceVolumeType),
    default: ec2.EbsDeviceVolumeType.GP3,
    to: EBS.field('volumeType'),
  },
  iops: { value: { ...wholeNumber(CODE), boundsBy: IOPS }, to: EBS.field('iops') },
  throughput: { value: wholeNumber(CODE, { min: 125, max: 2000 }, 'MiB/s'), to: EBS.field('throughput') },
  encrypted: { value: flag, default: true, to: EBS.field('encrypted') },
  encryptionKey: { value: KEY, to: RENDERED },
  deleteOnTermination: { value: flag, default: true, to: EBS.field('deleteOnTermination') },
} satisfies Fields<NodeVolumeOptions>;

export const VOLUME_OPTIONS = new Struct<NodeVolumeOptions, typeof VOLUME_FIELDS>(
  'NodeVolumeOptions',
  VOLUME_FIELDS,
);

const DEVICE_NAME = text(CODE, /^(\/dev\/[a-z0-9]+|xvd[a-z]+)$/, 'a device name such as "/dev/xvdb"');

const ROOT_FIELDS = {
  ...VOLUME_FIELDS,
  size: { value: SIZE, to: RENDERED },
  deviceName: { value: DEVICE_NAME, to: RENDERED },
} satisfies Fields<RootVolumeOptions>;

export const ROOT_VOLUME = new Struct<RootVolumeOptions, typeof ROOT_FIELDS>(
  'RootVolumeOptions',
  ROOT_FIELDS,
  { such: '{ size: Size.gibibytes(100) }' },
);

const ADDITIONAL_FIELDS = {
  ...VOLUME_FIELDS,
  size: { value: { ...SIZE, boundsBy: SIZES }, required: true, to: RENDERED },
} satisfies Fields<AdditionalVolumeOptions>;

export const ADDITIONAL_VOLUME = new Struct<AdditionalVolumeOptions, typeof ADDITIONAL_FIELDS>(
  'AdditionalVolumeOptions',
  ADDITIONAL_FIELDS,
  { such: '{ size: Size.gibibytes(500) }' },
);

/**
 * A volume of a node: its root, or a further one. Encrypted gp3 unless said otherwise.
 *
 * A further volume is attached, not mounted: format and mount it in a `BootstrapStep.run()`.
 *
 * @example
 * declare const vpc: ec2.IVpc;
 * new EcsAutoScaledCluster(this, 'Orders', {
 *   vpc,
 *   volumes: [
 *     NodeVolume.root({ size: Size.gibibytes(100), throughput: 250 }),
 *     NodeVolume.additional('/dev/xvdb', { size: Size.gibibytes(500) }),
 *   ],
 *   // Each line can run twice: a node may be interrupted and boot again.
 *   bootstrapSteps: [
 *     BootstrapStep.run('blkid /dev/xvdb || mkfs -t ext4 /dev/xvdb'),
 *     BootstrapStep.run('grep -q " /data " /etc/fstab || echo "/dev/xvdb /data ext4 nofail 0 2" >> /etc/fstab'),
 *     BootstrapStep.run('mkdir -p /data'),
 *     BootstrapStep.run('mountpoint -q /data || mount /data'),
 *   ],
 *   tiers: [{ name: 'general', instanceTypes: [new ec2.InstanceType('m7i.large')] }],
 * });
 */
export class NodeVolume {
  /** The volume that the node boots from. One a node. */
  public static root(options: RootVolumeOptions = {}): NodeVolume {
    const { deviceName, size, ...volume } = ROOT_VOLUME.read('options', options);
    return new NodeVolume(true, deviceName, size, volume);
  }

  /**
   * A further volume.
   *
   * @param deviceName the name under which EC2 attaches it, such as `/dev/xvdb`. On Nitro instances the
   * kernel calls it `/dev/nvme1n1` and so on.
   */
  public static additional(deviceName: string, options: AdditionalVolumeOptions): NodeVolume {
    DEVICE_NAME.check('deviceName', deviceName);
    const { size, ...volume } = ADDITIONAL_VOLUME.read('options', options);
    return new NodeVolume(false, deviceName, size, volume);
  }

  /** Whether the node boots from it. */
  public readonly isRoot: boolean;
  /** The name under which EC2 attaches it. A root volume without one has the image's. */
  public readonly deviceName?: string;
  /** How large it is. A root volume without a size is as large as the image's snapshot. */
  public readonly size?: Size;

  private readonly options: NodeVolumeOptions;

  private constructor(
    isRoot: boolean,
    deviceName: string | undefined,
    capacity: Size | undefined,
    options: NodeVolumeOptions,
  ) {
    const { volumeType: type = VOLUME_FIELDS.volumeType.default, iops, throughput } = options;
    if (capacity !== undefined) {
      size(CODE, 'GiB', SIZES[type] ?? SIZES.gp3).check('size', capacity);
    }
    const bounds = IOPS[type];
    if (iops !== undefined && bounds === undefined)
      fail(CODE, `\`iops\` cannot be set for a volume of type ${type}`);
    if (iops === undefined && type.startsWith('io'))
      fail(CODE, `\`iops\` is required for a volume of type ${type}`);
    if (iops !== undefined) wholeNumber(CODE, bounds).check('iops', iops);
    if (throughput !== undefined && type !== ec2.EbsDeviceVolumeType.GP3) {
      fail(CODE, `\`throughput\` can be set only for a volume of type gp3, not for ${type}`);
    }
    if (isRoot && (type === ec2.EbsDeviceVolumeType.ST1 || type === ec2.EbsDeviceVolumeType.SC1)) {
      fail(
        CODE,
        `\`volumeType\` of the root volume must be one that an instance can boot from, got: ${type}`,
      );
    }
    checkRatios(type, capacity, iops, throughput);
    if (options.encrypted === false && options.encryptionKey) {
      fail(CODE, '`encryptionKey` cannot be set for a volume that is not `encrypted`');
    }
    this.isRoot = isRoot;
    this.deviceName = deviceName;
    this.size = capacity;
    this.options = options;
  }

  /**
   * A root volume cannot be smaller than the image's snapshot.
   *
   * @internal
   */
  public _checkRootSize(min: number, scope: IConstruct): void {
    if (!this.isRoot || this.size === undefined) return;
    size(CODE, 'GiB', { min }).check('NodeVolume.root({ size })', this.size, scope);
  }

  /**
   * The device on an image that boots from `rootDeviceName`.
   *
   * @internal
   */
  public _deviceNameOn(rootDeviceName: string | undefined, scope: IConstruct): string {
    const deviceName = this.deviceName ?? rootDeviceName;
    return (
      deviceName ??
      fail(
        'UnknownRootDevice',
        '`volumes`: the device that this image boots from is not known: give `NodeVolume.root()` a ' +
          '`deviceName`',
        scope,
      )
    );
  }

  /**
   * Refuses a key of another region than the nodes', where both are known: no instance would start.
   *
   * @internal
   */
  public _checkKey(scope: IConstruct): void {
    checkRegion(scope, this.options.encryptionKey, {
      code: CODE,
      field: '`volumes`: `encryptionKey`',
      owner: 'the nodes',
      at: scope,
    });
  }

  /** @internal */
  public _render(deviceName: string): ec2.CfnLaunchTemplate.BlockDeviceMappingProperty {
    return {
      deviceName,
      ebs: {
        ...VOLUME_OPTIONS.handOver(this.options, EBS),
        volumeSize: this.size?.toGibibytes(),
        kmsKeyId: this.options.encryptionKey?.keyArn,
      },
    };
  }

  /**
   * Lets Auto Scaling start instances with volumes under a customer-managed key: without a statement in the
   * key's policy they end at once ("Client.InternalError: Client error on launch").
   *
   * The principal is named in a condition, because a key policy that names a role which does not exist yet is
   * refused. The service-linked role exists only after the account's first group. Nothing of the cluster's
   * stack is named, so there is no cycle.
   *
   * @internal
   */
  public _allowAutoScaling(scope: IConstruct): void {
    const key = this.options.encryptionKey;
    if (key === undefined) return;
    const stack = Stack.of(scope);
    const serviceLinkedRole = stack.formatArn({
      service: 'iam',
      region: '',
      account: Aws.ACCOUNT_ID,
      resource: 'role',
      resourceName: 'aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling',
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    });
    const sid = 'AutoScalingStartsInstances';
    const statement = (suffix: string, actions: string[], conditions: Record<string, unknown> = {}) =>
      key.addToResourcePolicy(
        new iam.PolicyStatement({
          sid: `${sid}${suffix}`,
          principals: [new iam.AnyPrincipal()],
          actions,
          resources: ['*'],
          conditions: { ArnEquals: { 'aws:PrincipalArn': serviceLinkedRole }, ...conditions },
        }),
      );
    statement('', [
      'kms:Encrypt',
      'kms:Decrypt',
      'kms:ReEncrypt*',
      'kms:GenerateDataKey*',
      'kms:DescribeKey',
    ]);
    statement('Grant', ['kms:CreateGrant'], { Bool: { 'kms:GrantIsForAWSResource': 'true' } });
  }
}

/** EC2 refuses these when a node starts. Each is within its bounds here. */
function checkRatios(
  type: string,
  size: Size | undefined,
  iops: number | undefined,
  throughput: number | undefined,
): void {
  const perGib = IOPS_PER_GIB[type];
  if (
    perGib !== undefined &&
    isNumber(iops) &&
    iops > baseIopsOf(type) &&
    size !== undefined &&
    !size.isUnresolved()
  ) {
    const max = perGib * size.toGibibytes();
    if (iops > max)
      fail(CODE, `\`iops\` must be at most ${perGib} for each GiB of ${type} (${max}), got: ${iops}`);
  }
  const given = iops ?? GP3_IOPS;
  if (isNumber(throughput) && isNumber(given) && throughput > given * THROUGHPUT_PER_IOPS) {
    fail(
      CODE,
      `\`throughput\` must be at most ${THROUGHPUT_PER_IOPS} MiB/s for each of the volume's \`iops\` ` +
        `(${given}), got: ${throughput}`,
    );
  }
}

/** What a volume has regardless of its size. */
function baseIopsOf(type: string): number {
  return type === ec2.EbsDeviceVolumeType.GP3 ? GP3_IOPS : 0;
}

function isNumber(value: number | undefined): value is number {
  return value !== undefined && !Token.isUnresolved(value);
}

/** As a field. */
export const VOLUME = instance<NodeVolume>({
  name: 'a NodeVolume: `NodeVolume.root()` or `NodeVolume.additional()`',
  member: '_render',
});
