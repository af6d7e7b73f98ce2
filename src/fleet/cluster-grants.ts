import { Lazy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { FleetCluster } from './fleet-cluster';

/**
 * What clusters may take of a policy. A role's inline policies have 10,240 characters together, a managed one
 * 6,144; the rest is for the statements.
 */
const MAX_CHARACTERS = 5000;

/** A cluster's ARN without its name, in the longest partition and region, quoted. */
const ARN_CHARACTERS = 64;

/** Stands for the ARNs while they are counted. */
const PROBE = ['arn:aws:ecs:::cluster/probe'];

/** The statements for the clusters of some ARNs. The list still grows: pass it on as it is. */
export type InClusters = (clusterArns: string[]) => iam.PolicyStatement[];

/**
 * What a role may do in clusters, however many there are.
 *
 * The first ones are in the role's own policy, the others in managed policies, as many as it takes. By name
 * and not by a pattern or a tag: a cluster's name is the user's, and so are the tags of its nodes.
 */
export class ClusterGrants extends Construct {
  private readonly clusters = new Set<string>();
  /** How often the statements name each cluster. */
  private readonly copies: number;
  private batch: string[] = [];
  private room = 0;
  private batches: number;

  /**
   * @param inline whether the first ones are in the role's own policy, which has room for one set of grants.
   */
  public constructor(
    scope: Construct,
    id: string,
    private readonly role: iam.Role,
    private readonly statements: InClusters,
    private readonly inline = true,
  ) {
    super(scope, id);
    this.batches = inline ? 0 : 1;
    const rendered = JSON.stringify(statements(PROBE).map((statement) => statement.toJSON()));
    this.copies = rendered.split(PROBE[0]).length - 1;
  }

  public add(cluster: FleetCluster): void {
    if (this.clusters.has(cluster.clusterArn)) return;
    this.clusters.add(cluster.clusterArn);
    const size = this.copies * (ARN_CHARACTERS + cluster.nameLength);
    if (this.room < size) this.startBatch();
    this.room -= size;
    this.batch.push(cluster.clusterArn);
  }

  private startBatch(): void {
    const batch: string[] = [];
    this.batch = batch;
    this.room = MAX_CHARACTERS;
    this.batches += 1;
    const statements = this.statements(Lazy.list({ produce: () => batch }));
    if (this.inline && this.batches === 1) {
      for (const statement of statements) this.role.addToPrincipalPolicy(statement);
    } else {
      new iam.ManagedPolicy(this, `Policy${this.batches}`, { roles: [this.role], statements });
    }
  }
}
