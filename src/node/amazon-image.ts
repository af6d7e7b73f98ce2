import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Accelerator } from './instance-family';

/** What is known of an image of Amazon's, by the name of its parameter. */
export interface AmazonImage {
  /** The device that it boots from. */
  readonly rootDeviceName: string;
  /** The least that its root volume can be, in GiB; undefined where Amazon does not say. */
  readonly snapshotSize?: number;
  /** The accelerators that it has a driver for. */
  readonly drives: Accelerator | 'none';
}

const OF_ECS = /^\/aws\/service\/ecs\/optimized-ami\/amazon-linux-2023\/(?:(gpu|neuron)\/)?/;

const WITHOUT_AGENT = /^\/aws\/service\/ami-amazon-linux-latest\/al2023-ami/;

/** All of them boot from this device (recipes in aws/amazon-ecs-ami). */
const ROOT = '/dev/xvda';

/** The size of the root volume of the ECS-optimized images. */
const SNAPSHOT_SIZE = 30;

/** Undefined: an image of your own, or one that no node of this library boots. */
export function amazonImage(parameter: string): AmazonImage | undefined {
  if (WITHOUT_AGENT.test(parameter)) return { rootDeviceName: ROOT, drives: 'none' };
  const found = OF_ECS.exec(parameter);
  if (found === null) return undefined;
  const drives = found[1] === 'gpu' ? 'GPU' : found[1] === 'neuron' ? 'Neuron' : 'none';
  return { rootDeviceName: ROOT, snapshotSize: SNAPSHOT_SIZE, drives };
}

/**
 * The parameter of an image of CDK's, or the name that it looks for. Its classes keep both to themselves, and
 * an id that is in the context says nothing.
 */
export function namesOf(image: ec2.IMachineImage): { readonly parameter?: string; readonly name?: string } {
  const { parameterName, amiParameterName, props } = image as {
    readonly parameterName?: unknown;
    readonly amiParameterName?: unknown;
    readonly props?: { readonly name?: unknown; readonly parameterName?: unknown };
  };
  const parameter = amiParameterName ?? parameterName ?? props?.parameterName;
  return {
    parameter: typeof parameter === 'string' ? parameter : undefined,
    name: typeof props?.name === 'string' ? props.name : undefined,
  };
}
