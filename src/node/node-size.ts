import { type Size, Token } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import { specsOf } from './instance-type-specs';
import { hasKnownName } from './known-types';

/** What a node of an instance type has for tasks, at the most. */
export interface NodeSize {
  readonly instanceType: string;
  readonly vCpus: number;
  readonly memoryMiB: number;
  readonly networkInterfaces: number;
  /** 0: none, or not known. */
  readonly gpus: number;
  readonly neuronDevices: number;
}

/** 0 where it is left out, or known at deployment only. */
export function mebibytesOf(reservedMemory: Size | undefined): number {
  return reservedMemory === undefined || reservedMemory.isUnresolved() ? 0 : reservedMemory.toMebibytes();
}

/**
 * The sizes of all types, with `vCpus` in place of theirs where CPU options say so. Undefined where one of
 * them is a token, or not in the table of types.
 */
export function nodeSizesOf(
  instanceTypes: readonly ec2.InstanceType[],
  reservedMemory: Size | undefined,
  vCpus?: number,
): NodeSize[] | undefined {
  const reserved = mebibytesOf(reservedMemory);
  const sizes = instanceTypes.flatMap((type) => {
    const instanceType = type.toString();
    const specs = hasKnownName(type) ? specsOf(instanceType) : undefined;
    if (specs === undefined) return [];
    return [
      {
        instanceType,
        vCpus: vCpus === undefined || Token.isUnresolved(vCpus) ? specs.vCpus : vCpus,
        memoryMiB: specs.memoryMiB - reserved,
        networkInterfaces: specs.networkInterfaces,
        gpus: specs.gpus,
        neuronDevices: specs.neuronDevices,
      },
    ];
  });
  return sizes.length === instanceTypes.length ? sizes : undefined;
}
