import { Lazy, Token, Tokenization } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { GRANTEE, SECRET } from '../private/cdk-types';
import { instance, known, member } from '../private/expected-type';
import { type Fields, RENDERED, Struct } from '../private/fields';

/**
 * How the secret of a `DockerAuth` writes the credentials down. The names are those of
 * `ECS_ENGINE_AUTH_TYPE`.
 *
 * @example
 * declare const cluster: EcsAutoScaledCluster;
 * declare const userAndPassword: secretsmanager.ISecret;
 * cluster.addTier('general', {
 *   instanceTypes: [new ec2.InstanceType('m7i.large')],
 *   dockerAuth: DockerAuth.fromSecret(userAndPassword, { format: DockerAuthFormat.DOCKER }),
 * });
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/private-auth-container-instances.html
 */
export enum DockerAuthFormat {
  /**
   * What `docker login` writes into `~/.docker/config.json`: the credential of a registry is the base64 of
   * `user:password`.
   *
   * Both the whole file (with its `auths`) and the inner object are understood:
   *
   *     {"https://index.docker.io/v1/": {"auth": "dXNlcjpwYXNzd29yZA=="}}
   */
  DOCKERCFG = 'dockercfg',

  /**
   * User name and password in the clear, an email address if the registry wants one:
   *
   *     {"https://index.docker.io/v1/": {"username": "user", "password": "password", "email": "user@example.com"}}
   */
  DOCKER = 'docker',
}

/**
 * Options of `DockerAuth.fromSecret`.
 *
 * @example
 * declare const userAndPassword: secretsmanager.ISecret;
 * const dockerAuth = DockerAuth.fromSecret(userAndPassword, { format: DockerAuthFormat.DOCKER });
 * new NodeTemplate(this, 'Standard', { dockerAuth, instanceTypes: [new ec2.InstanceType('m7i.large')] });
 */
export interface DockerAuthOptions {
  /**
   * How the secret's JSON is written.
   *
   * @default DockerAuthFormat.DOCKERCFG
   */
  readonly format?: DockerAuthFormat;
}

const FIELDS = {
  format: {
    // What the node runs is made for one of them.
    value: known(member('DockerAuthFormat', DockerAuthFormat)),
    default: DockerAuthFormat.DOCKERCFG,
    to: RENDERED,
  },
} satisfies Fields<DockerAuthOptions>;

export const DOCKER_AUTH_OPTIONS = new Struct<DockerAuthOptions, typeof FIELDS>('DockerAuthOptions', FIELDS, {
  such: '{ format: DockerAuthFormat.DOCKER }',
});

/**
 * The credentials of private registries, kept in a secret of AWS Secrets Manager.
 *
 * A node reads the secret at boot, with its own role, and gives it to the ECS agent and to Docker
 * (`/root/.docker/config.json`, mode 0600). The credential is never in a template, in user data, in a process
 * argument or in a log. A secret that cannot be read, or whose JSON does not have the shape of `format`,
 * stops the node before it joins a cluster.
 *
 * What the secret holds, for two registries in the default format: `{"https://index.docker.io/v1/": {"auth":
 * "dXNlcjpwYXNzd29yZA=="}, "registry.example.com": {"auth": "ZGVwbG95OnMzY3JldA=="}}`
 *
 * A value that changes reaches nodes that start later; nodes that run keep what they have read.
 *
 * Amazon ECR needs none of this: the agent logs in to it with the role of the task's
 * execution, or of the node.
 *
 * @example
 * declare const vpc: ec2.IVpc;
 * const secret = secretsmanager.Secret.fromSecretNameV2(this, 'Registry', 'docker/registry');
 * new EcsAutoScaledCluster(this, 'Orders', {
 *   vpc,
 *   dockerAuth: DockerAuth.fromSecret(secret, { format: DockerAuthFormat.DOCKER }),
 *   tiers: [{ name: 'general', instanceTypes: [new ec2.InstanceType('m7i.large')] }],
 * });
 */
export class DockerAuth {
  /**
   * Credentials from a secret.
   *
   * @param secret  whose value is the JSON of one or more registries
   * @param options how that JSON is written
   */
  public static fromSecret(secret: secretsmanager.ISecret, options: DockerAuthOptions = {}): DockerAuth {
    SECRET.check('secret', secret);
    const { format = FIELDS.format.default } = DOCKER_AUTH_OPTIONS.read('options', options);
    return new DockerAuth(secret, format);
  }

  /**
   * The secret that a node reads.
   */
  public readonly secret: secretsmanager.ISecret;

  /**
   * How its JSON is written.
   */
  public readonly format: DockerAuthFormat;

  private constructor(secret: secretsmanager.ISecret, format: DockerAuthFormat) {
    this.secret = secret;
    this.format = format;
  }

  /**
   * Lets the grantee read the secret: `secretsmanager:GetSecretValue` on it, and `kms:Decrypt` with its key,
   * through Secrets Manager only, when it has its own key.
   *
   * The statements are on the grantee's side alone. A grant that also wrote into the key's policy would name
   * the role there, and a key in another stack than the role could then not be deployed. In return the key's
   * policy must trust IAM policies of its account, as keys made by CDK do; a secret of another account needs
   * its own resource policy.
   *
   * @param grantee who may read, such as the role of a node that is not made by this library
   */
  public grantRead(grantee: iam.IGrantable): iam.Grant {
    GRANTEE.check('grantee', grantee);
    return this._permissions()
      .map((permission) => iam.Grant.addToPrincipal({ grantee, ...permission }))
      .reduce((all, one) => all.combine(one));
  }

  /**
   * The same permissions as statements, for a separate policy.
   *
   * @internal
   */
  public _statements(): iam.PolicyStatement[] {
    return this._permissions().map(
      ({ actions, resourceArns, conditions }) =>
        new iam.PolicyStatement({ actions, resources: resourceArns, conditions }),
    );
  }

  /**
   * What a node asks Secrets Manager for.
   *
   * @internal
   */
  public get _secretArn(): string {
    return this.secret.secretFullArn ?? this.secret.secretArn;
  }

  /**
   * @internal
   */
  private _permissions(): {
    actions: string[];
    resourceArns: string[];
    conditions?: { [operator: string]: { [key: string]: string } };
  }[] {
    const read = { actions: ['secretsmanager:GetSecretValue'], resourceArns: [this.policyArn()] };
    const key = this.secret.encryptionKey;
    if (key === undefined) return [read];
    const viaService = `secretsmanager.${this.secret.env.region}.amazonaws.com`;
    return [
      read,
      {
        actions: ['kms:Decrypt'],
        resourceArns: [key.keyArn],
        conditions: { StringEquals: { 'kms:ViaService': viaService } },
      },
    ];
  }

  /**
   * Secrets Manager appends a hyphen and six characters to the name in an ARN; policies are
   * matched with them.
   */
  private policyArn(): string {
    const arn = this._secretArn;
    if (this.secret.secretFullArn === undefined) return `${arn}-??????`;
    if (Tokenization.reverseString(arn).length !== 1 || !Token.isUnresolved(arn)) return arn;
    // Seen from a stack of another account or region CDK forms the ARN from the name, without
    // the six characters.
    const isFormed = (resolved: unknown) =>
      typeof resolved === 'string' || 'Fn::Join' in (resolved as object);
    return Lazy.uncachedString({
      produce: (context) => (isFormed(context.resolve(arn)) ? `${arn}-??????` : arn),
    });
  }
}

/** As a field. */
export const DOCKER_AUTH = instance<DockerAuth>({
  name: 'a DockerAuth: `DockerAuth.fromSecret(secret)`',
  member: '_statements',
});
