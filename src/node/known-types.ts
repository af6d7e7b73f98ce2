import { Token } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';

/** Whether the name of an instance type is known at synthesis: a token says nothing yet. */
export function hasKnownName(type: ec2.InstanceType): boolean {
  return !Token.isUnresolved(type.toString());
}

/** The instance types whose names are known. */
export function knownTypes(types: readonly ec2.InstanceType[]): ec2.InstanceType[] {
  return types.filter(hasKnownName);
}

/** Their names. */
export function knownNames(types: readonly ec2.InstanceType[]): string[] {
  return knownTypes(types).map((type) => type.toString());
}
