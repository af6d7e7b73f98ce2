import { Aws } from 'aws-cdk-lib';
import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';

/** What a definition has from the finished stack: lists of texts in JSONata, known when all tiers are. */
export interface StackFacts {
  /** The logical ids of the parameters by which images are looked up. */
  readonly imageParameters: string;
  /** The logical ids of the groups that are rolled, and not replaced at once. */
  readonly groups: string;
}

/** CloudFormation finds the stack by its name. */
export const STACK = Aws.STACK_NAME;

/** A step that ends the run with an error, after the topic has had a message. */
export type Bad = (name: string, error: string, message: string) => sfn.IChainable;
