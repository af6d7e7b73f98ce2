import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';

/**
 * A service of AWS, as far as it acts for the account of `scope`: a resource of another account cannot make
 * it use what is this account's (the confused deputy).
 *
 * For services whose guides say that they name their account. CloudWatch's alarms name it to a topic and its
 * key (SNS guide, "Managing Amazon SNS encryption keys and costs"). Step Functions names it to a role (its
 * guide, "Prevent cross-service confused deputy issue"). EventBridge does not for a topic's key, says the SNS
 * guide.
 */
export function forThisAccount(service: string, scope: IConstruct): iam.IPrincipal {
  return new iam.ServicePrincipal(service, {
    conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
  });
}
