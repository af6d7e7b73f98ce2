import type * as autoscaling from 'aws-cdk-lib/aws-autoscaling';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { AmazonImage } from './amazon-image';
import { requirementsFor, withImage } from './attribute-kinds';
import type { InstanceChoice } from './instance-choice';
import { architectureOfType } from './instance-family';
import { renderRequirements } from './instance-requirements';
import { hasKnownName } from './known-types';

/** The launch template of the nodes of an architecture. */
export interface LaunchVariant {
  /** Undefined: no instance type is known yet. */
  readonly architecture?: ec2.InstanceArchitecture;
  readonly launchTemplate: ec2.LaunchTemplate;
}

/**
 * The instances of a mixed group: each type by name, or attributes for each architecture. The group's
 * template is that of the first variant; what is of another names its own.
 */
export function launchOverrides(
  { types, requirements, architectures, accelerator }: InstanceChoice,
  image: AmazonImage | undefined,
  [, ...others]: readonly LaunchVariant[],
): autoscaling.LaunchTemplateOverrides[] {
  const own = (architecture: ec2.InstanceArchitecture | undefined) =>
    others.find((variant) => variant.architecture === architecture)?.launchTemplate;
  if (requirements === undefined) {
    return types.map((instanceType) => ({
      instanceType,
      launchTemplate: own(hasKnownName(instanceType) ? architectureOfType(String(instanceType)) : undefined),
    }));
  }
  const attributes = withImage(requirements, accelerator, image !== undefined);
  if (others.length === 0) return [{ instanceRequirements: renderRequirements(attributes) }];
  return architectures.map((architecture) => ({
    instanceRequirements: renderRequirements(requirementsFor(attributes, architecture)),
    launchTemplate: own(architecture),
  }));
}
