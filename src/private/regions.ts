import { type ResourceEnvironment, Stack, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { ErrorCode } from './error-code';
import { fail } from './errors';

/** What is refused where it is of another region. */
interface Regional {
  readonly code: ErrorCode;
  /** The field that has it, as messages name it. */
  readonly field: string;
  /** Whose region it must be of. Left out: the cluster. */
  readonly owner?: string;
  /** Its path is in the message. */
  readonly at?: IConstruct;
}

/** Refuses a resource of another region than that of a construct, where both are known. */
export function checkRegion(
  scope: IConstruct,
  resource: { readonly env: ResourceEnvironment } | undefined,
  { code, field, owner = 'the cluster', at }: Regional,
): void {
  const [here, there] = [Stack.of(scope).region, resource?.env.region];
  if (there === undefined || [here, there].some(Token.isUnresolved) || here === there) return;
  fail(code, `${field} must be of the region of ${owner} (${here}), got: one of ${there}`, at);
}
