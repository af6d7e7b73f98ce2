import { ArnFormat, Stack, Token } from 'aws-cdk-lib';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';

/** The ARN of a secret, full where it is known. A secret imported by the deprecated `fromSecretName` has only a name. */
export function secretArn(secret: secretsmanager.ISecret): string {
  const arn = secret.secretFullArn ?? secret.secretArn;
  if (Token.isUnresolved(arn) || arn.startsWith('arn:')) return arn;
  return Stack.of(secret).formatArn({
    service: 'secretsmanager',
    resource: 'secret',
    resourceName: arn,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}
