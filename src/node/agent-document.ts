import { ArnFormat, FeatureFlags, type IPostProcessor, type IResolveContext, type Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { MINIMIZE_POLICIES } from './session-manager';

const VERSION = '2012-10-17';

const JOIN = [
  'ecs:RegisterContainerInstance',
  'ecs:DeregisterContainerInstance',
  'ecs:SubmitAttachmentStateChanges',
  'ecs:SubmitContainerStateChange',
  'ecs:SubmitTaskStateChange',
];

/**
 * What the agents of some clusters may do: four statements out of plain values, and behind them all that is
 * added.
 *
 * CDK resolves a document at each of four passes (references, template, tree, validation), and merges,
 * freezes and normalizes its statements each time. Ours are in the form that comes out of that already. A
 * statement with a `Sid` is never merged with another, so what is added cannot change them.
 */
export class AgentDocument extends iam.PolicyDocument {
  private rendered?: { readonly of: number; readonly sorted: boolean; readonly json: object[] };
  private readonly anyNode: string;

  public constructor(
    private readonly stack: Stack,
    private readonly clusters: ReadonlyMap<string, string>,
  ) {
    super();
    this.anyNode = this.nodesOf('*');
  }

  public override get isEmpty(): boolean {
    return false;
  }

  public override get statementCount(): number {
    return 4 + super.statementCount;
  }

  public override resolve(context: IResolveContext): unknown {
    const sorted = FeatureFlags.of(context.scope).isEnabled(MINIMIZE_POLICIES) ?? false;
    const own = this.own(sorted);
    if (super.statementCount === 0) {
      if (sorted) context.registerPostProcessor(SORTER);
      return { Statement: own, Version: VERSION };
    }
    const { Statement } = super.resolve(context) as { Statement: object[] };
    return { Statement: [...own, ...Statement], Version: VERSION };
  }

  public override toJSON(): unknown {
    return {
      Statement: [
        ...this.own(false),
        ...((super.toJSON() as { Statement?: object[] } | undefined)?.Statement ?? []),
      ],
      Version: VERSION,
    };
  }

  private nodesOf(clusters: string): string {
    return this.stack.formatArn({
      service: 'ecs',
      resource: 'container-instance',
      resourceName: clusters,
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    });
  }

  private own(sorted: boolean): object[] {
    const known = this.rendered;
    if (known !== undefined && known.of === this.clusters.size && known.sorted === sorted) return known.json;
    const arns = [...this.clusters.keys()];
    const json = [
      { Action: sorted ? [...JOIN].sort() : JOIN, Effect: 'Allow', Resource: arns, Sid: 'JoinTheClusters' },
      // Whoever may poll for another cluster's node gets the credentials of its tasks. The agent itself
      // drains its node before a Spot interruption.
      {
        Action: ['ecs:Poll', 'ecs:StartTelemetrySession', 'ecs:UpdateContainerInstancesState'],
        Condition: { ArnEquals: { 'ecs:cluster': [...this.clusters.keys()] } },
        Effect: 'Allow',
        Resource: [...this.clusters.values()].map((name) => this.nodesOf(`${name}/*`)),
        Sid: 'WorkForTheClusters',
      },
      // A registration with tags (`containerInstanceTags`) is refused without it. The condition holds for a
      // registration alone, and the first statement says where one may be; so the clusters need not be
      // named once more.
      {
        Action: 'ecs:TagResource',
        Condition: { StringEquals: { 'ecs:CreateAction': 'RegisterContainerInstance' } },
        Effect: 'Allow',
        Resource: this.anyNode,
        Sid: 'TagOnRegistration',
      },
      // Neither knows a resource: "*" is the only one that IAM accepts.
      {
        Action: sorted
          ? ['ecr:GetAuthorizationToken', 'ecs:DiscoverPollEndpoint']
          : ['ecs:DiscoverPollEndpoint', 'ecr:GetAuthorizationToken'],
        Effect: 'Allow',
        Resource: '*',
        Sid: 'FindEndpoints',
      },
    ];
    this.rendered = { of: this.clusters.size, sorted, json };
    return json;
  }
}

/**
 * What the agents of one cluster may do, one by one, for a role that has them elsewhere than in a policy of
 * the library's. What names no cluster comes with the first of several.
 */
export function agentStatements(
  stack: Stack,
  clusterArn: string,
  clusterName: string,
  ordinal: number,
): iam.PolicyStatement[] {
  const document = new AgentDocument(stack, new Map([[clusterArn, clusterName]]));
  const { Statement } = document.toJSON() as { Statement: { Sid: string }[] };
  if (ordinal === 1) return Statement.map((one) => iam.PolicyStatement.fromJson(one));
  return Statement.slice(0, 2).map((one) =>
    iam.PolicyStatement.fromJson({ ...one, Sid: `${one.Sid}${ordinal}` }),
  );
}

const SORTER: IPostProcessor = {
  postProcess: (input: unknown) => {
    const { Statement, Version } = input as { Statement: { Resource: unknown }[]; Version: string };
    return { Statement: Statement.map((one) => ({ ...one, Resource: byJson(one.Resource) })), Version };
  },
};

function byJson(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  const all = value
    .map((one) => JSON.stringify(one))
    .sort()
    .map((text) => JSON.parse(text));
  return all.length === 1 ? all[0] : all;
}
