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

/**
 * What a role may do in clusters, however many there are.
 *
 * The first ones stand in the role's own policy, the others in managed policies, as many as it takes. By name
 * and not by a pattern or a tag: a cluster's name is the user's, and so are the tags of its nodes.
 */
export class ClusterGrants extends Construct {
  private readonly clusters = new Set<string>();
  private batch: string[] = [];
  private room = 0;
  private batches = 0;

  /**
   * @param statements what is allowed in the clusters of these ARNs, a list that still grows. It must name
   * each ARN `copies` times.
   */
  public constructor(
    scope: Construct,
    private readonly role: iam.Role,
    private readonly copies: number,
    private readonly statements: (clusterArns: () => string[]) => iam.PolicyStatement[],
  ) {
    super(scope, 'Clusters');
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
    const statements = this.statements(() => batch);
    if (this.batches === 1) for (const statement of statements) this.role.addToPrincipalPolicy(statement);
    else new iam.ManagedPolicy(this, `Policy${this.batches}`, { roles: [this.role], statements });
  }
}
