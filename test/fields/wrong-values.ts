import { Duration, Size } from 'aws-cdk-lib';
import { type TypeReference, types } from '../helpers/assembly';

/** The types of the library: what a member's is. */
const OURS = new Map(types().map((type) => [type.fqn, type]));

/** CDK's own structs: an object without fields is one, where no field is required. */
const CDK_STRUCT = /(Options|Props|Configuration|Selection)$/;

/** What plain JavaScript may pass where a value of the type is wanted; `right` is one. */
export function wrongValuesFor(type: TypeReference, right?: unknown): unknown[] {
  if (type.primitive !== undefined) return WRONG_PRIMITIVES[type.primitive];
  if (type.collection?.kind === 'array') {
    const item = type.collection.elementtype;
    const items = wrongValuesFor(item).map((wrong) => [wrong]);
    return ['text', 5, {}, ...items, ...(Array.isArray(right) ? [right[0]] : [])];
  }
  if (type.collection?.kind === 'map') {
    const item = type.collection.elementtype;
    const values = wrongValuesFor(item).map((wrong) => ({ name: wrong }));
    return ['text', 5, ['text'], new Map([['name', 'value']]), ...values];
  }
  const name = type.fqn ?? '';
  const kind = OURS.get(name);
  const isEnum = kind?.kind === 'enum' || CDK_ENUMS.includes(name);
  if (isEnum) return ['unheard-of', 5, {}];
  const isStruct = kind?.datatype || CDK_STRUCT.test(name);
  return ['text', 5, false, () => right, ...(isStruct ? [['text']] : [{}])];
}

const WRONG_PRIMITIVES: Record<string, unknown[]> = {
  string: [5, true, {}, ['text']],
  number: ['text', '5', true, {}, Number.NaN],
  boolean: ['true', 'false', 1, 0, {}],
};

const CDK_ENUMS = [
  'aws-cdk-lib.aws_autoscaling.CapacityDistributionStrategy',
  'aws-cdk-lib.aws_autoscaling.DeletionProtection',
  'aws-cdk-lib.aws_autoscaling.SpotAllocationStrategy',
  'aws-cdk-lib.aws_autoscaling.TerminationPolicy',
  'aws-cdk-lib.aws_ec2.CpuCredits',
  'aws-cdk-lib.aws_ec2.EbsDeviceVolumeType',
  'aws-cdk-lib.aws_ecs.ContainerInsights',
];

/** As it may be in a list of failures. */
export function shown(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  if (value instanceof Map) return 'a Map';
  if (value instanceof Duration || value instanceof Size) return String(value);
  return JSON.stringify(value);
}
