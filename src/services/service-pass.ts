import { AspectPriority, Aspects, type IAspect, Stage } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { ServedCluster } from './served-cluster';

/**
 * Registers a cluster with the pass over the services of its stage: once, when the cluster is made.
 *
 * One pass serves all clusters of a stage, however many there are. It stands on the stage and not on the root, because aspects of the
 * root never run inside a `Stage` (CDK Pipelines).
 */
export function serve(cluster: ServedCluster): void {
  ServicePass.of(cluster.scope).add(cluster);
}

const passes = new WeakMap<IConstruct, ServicePass>();

class ServicePass implements IAspect {
  public static of(scope: IConstruct): ServicePass {
    const stage = Stage.of(scope) ?? scope.node.root;
    let pass = passes.get(stage);
    if (pass === undefined) {
      pass = new ServicePass();
      passes.set(stage, pass);
      Aspects.of(stage).add(pass, { priority: AspectPriority.MUTATING });
    }
    return pass;
  }

  private readonly clusters: ServedCluster[] = [];

  public add(cluster: ServedCluster): void {
    this.clusters.push(cluster);
  }

  public visit(_node: IConstruct): void {}
}
