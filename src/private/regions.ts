import { type ResourceEnvironment, Stack, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** The two regions where a resource is not in the region of a construct, and both are known. */
export function regionsApart(
  scope: IConstruct,
  resource: { readonly env: ResourceEnvironment } | undefined,
): { here: string; there: string } | undefined {
  const [here, there] = [Stack.of(scope).region, resource?.env.region];
  if (there === undefined || [here, there].some(Token.isUnresolved) || here === there) return undefined;
  return { here, there };
}
