import { AspectPriority, Aspects, CfnResource, type IAspect, Stack, Stage } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { checkAtSynthesis } from '../rendered/problem';
import { property } from '../rendered/resource';
import { RULE_TYPES } from '../rendered/security-rules';
import { StageResources } from '../rendered/stage-resources';
import { type EndpointNeed, endpointNeedsOfTasks } from '../tier/endpoint-needs';
import { clusterNamedBy } from './cluster-match';
import { HostedService } from './hosted-service';
import { forgetAssociation } from './repairs/association-dependency';
import { connectToNodes } from './repairs/connect-to-nodes';
import { checkConstraintCount, constrainToNotHeld } from './repairs/constrain-to-not-held';
import { dropLaunchType } from './repairs/drop-launch-type';
import { dropRunTaskLaunchType } from './repairs/drop-run-task-launch-type';
import { keepDaemonLaunchType } from './repairs/keep-daemon-launch-type';
import { keepRulesOfTiers, RulesOfNodes } from './repairs/one-rule-each';
import { waitForAssociation } from './repairs/wait-for-association';
import { writeStrategy } from './repairs/write-strategy';
import type { ServedCluster } from './served-cluster';
import { SENDERS, type SenderShape, taskRunsOfTargets } from './task-targets';
import { checkCalls, isCallOfSdk } from './warnings/call-of-run-task';
import { checkDefaultStrategy, checkStrategy, checkTargetStrategies } from './warnings/check-strategy';
import { checkTaskRun } from './warnings/check-task-run';
import { checkCodeDeploy } from './warnings/code-deploy';
import { checkDuplicateRules } from './warnings/duplicate-rules';
import { checkHostPorts } from './warnings/host-ports';
import { checkNetworkInterfaces } from './warnings/network-interfaces';
import { checkNetworkLoadBalancer } from './warnings/network-load-balancer';
import { checkOnePerNode } from './warnings/one-per-node';
import { checkOutgoingPorts } from './warnings/outgoing-ports';
import { checkPeerPorts } from './warnings/peer-ports';
import { checkPlacement } from './warnings/placement';
import { checkPlacementConstraints } from './warnings/placement-constraints';
import { checkProviderList } from './warnings/provider-list';
import { checkRollingDeployment } from './warnings/rolling-deployment';
import {
  checkState,
  checkStateMachine,
  mayRunTask,
  STATE_MACHINE,
  type State,
} from './warnings/state-machine-task';
import { checkTaskNetwork } from './warnings/task-network';
import { type TaskRun, taskRunsOf } from './warnings/task-platform';
import { checkZoneRebalancing } from './warnings/zone-rebalancing';

/**
 * Registers a cluster with the pass over the services of its stage: once, when the cluster is made.
 *
 * One pass serves all clusters of a stage, however many there are. It is on the stage and not on the root,
 * because aspects of the root never run inside a `Stage` (CDK Pipelines).
 */
export function serve(cluster: ServedCluster): void {
  ServicePass.of(cluster.scope).add(cluster);
}

/**
 * What the tasks of the app need of VPC endpoints on a tier of a cluster, by the name of the tier's provider.
 * Known once all aspects have run.
 */
export function endpointNeedsOn(scope: IConstruct, capacityProviderName: string): EndpointNeed[] {
  return ServicePass.of(scope).endpointNeedsOn(scope, capacityProviderName);
}

const passes = new WeakMap<IConstruct, ServicePass>();

/**
 * Visits each construct of a stage once, and applies the rules to what runs on a cluster of ours.
 *
 * What changes a resource happens at the visit, before the aspects of users. What depends on the final state
 * (dependencies, lazy values, all warnings) is left to the end of synthesis, so it does not matter which
 * aspect ran first.
 */
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
  private readonly clusterScopes = new Set<IConstruct>();
  /** An app that is synthesised twice (`synth({ force: true })`) runs its aspects twice. */
  private readonly visited = new Set<IConstruct>();
  /** The names of the states that are constructs. */
  private readonly states = new Set<string>();
  private readonly rules = new RulesOfNodes();
  private readonly services: HostedService[] = [];
  /** What runs tasks, as it is at the end. */
  private readonly taskRuns: (() => TaskRun[])[] = [];

  /** By the name of the provider. */
  private readonly endpointNeeds = (): Map<string, EndpointNeed[]> => {
    const byProvider = new Map<string, EndpointNeed[]>();
    for (const { taskDefinition, execIsEnabled, tiers } of this.taskRuns.flatMap((runs) => runs())) {
      const needs = endpointNeedsOfTasks(taskDefinition, execIsEnabled);
      for (const { capacityProviderName: name } of tiers)
        byProvider.set(name, [...(byProvider.get(name) ?? []), ...needs]);
    }
    return byProvider;
  };

  public add(cluster: ServedCluster): void {
    this.clusters.push(cluster);
    this.clusterScopes.add(cluster.scope);
    checkAtSynthesis(cluster.scope, () => {
      checkDuplicateRules(cluster);
      checkPlacement(
        cluster,
        this.services.filter((service) => service.cluster === cluster),
      );
      return checkDefaultStrategy(cluster, this.clusters);
    });
  }

  public endpointNeedsOn(scope: IConstruct, capacityProviderName: string): EndpointNeed[] {
    return StageResources.of(scope).index(this.endpointNeeds).get(capacityProviderName) ?? [];
  }

  public visit(node: IConstruct): void {
    const type = (node as CfnResource).cfnResourceType;
    if (type === undefined) {
      if (this.clusterScopes.has(node)) this.visitCluster(node);
      else if (mayRunTask(node)) this.once(node, () => this.visitState(node));
    } else {
      this.visitResource(node as CfnResource, type);
    }
  }

  private visitResource(resource: CfnResource, type: string): void {
    const sender = SENDERS.get(type);
    if (type === 'AWS::ECS::Service' || type === 'AWS::ECS::TaskSet')
      this.once(resource, () => this.visitService(resource));
    else if (type === STATE_MACHINE) this.once(resource, () => this.visitStateMachine(resource));
    else if (isCallOfSdk(type)) this.once(resource, () => this.visitCall(resource));
    else if (sender !== undefined) this.once(resource, () => this.visitTargets(resource, sender));
    else this.visitRule(resource);
  }

  /**
   * Comes before CDK's own aspect of the cluster: that one is the cluster's, and of equal priority at most.
   */
  private visitCluster(scope: IConstruct): void {
    const stale = this.visited.has(scope) ? forgetAssociation(scope) : undefined;
    this.visited.add(scope);
    if (stale === undefined) return;
    for (const waiting of this.visited) {
      if (CfnResource.isCfnResource(waiting)) waiting.removeResourceDependency(stale);
    }
  }

  private once(node: IConstruct, visit: () => void): void {
    if (this.visited.has(node)) return;
    this.visited.add(node);
    visit();
  }

  private visitService(resource: CfnResource): void {
    const match = clusterNamedBy(property(resource, 'cluster'), resource, this.clusters);
    if (match === undefined) return;
    const service = new HostedService(resource, match);
    writeStrategy(service);
    dropLaunchType(service);
    keepDaemonLaunchType(service);
    // Without CDK's flag for it an aspect does not see what other aspects have made.
    if (connectToNodes(service)) for (const one of Stack.of(resource).node.findAll()) this.visitRule(one);
    keepRulesOfTiers(service);
    constrainToNotHeld(service);
    waitForAssociation(service);
    this.services.push(service);
    this.taskRuns.push(() => taskRunsOf(service));
    checkAtSynthesis(resource, () => {
      // Once more, for a service that a later aspect has made a daemon.
      keepDaemonLaunchType(service);
      checkRollingDeployment(service);
      checkZoneRebalancing(service);
      checkHostPorts(service);
      checkOutgoingPorts(service);
      checkNetworkLoadBalancer(service);
      checkPeerPorts(service);
      checkCodeDeploy(service);
      checkOnePerNode(service);
      checkPlacementConstraints(service);
      checkNetworkInterfaces(service);
      checkProviderList(service);
      taskRunsOf(service).forEach(checkTaskRun);
      return [
        ...checkConstraintCount(service),
        ...checkTaskNetwork(service),
        ...checkStrategy(service, this.clusters),
      ];
    });
  }

  private visitRule(construct: IConstruct): void {
    if (CfnResource.isCfnResource(construct) && RULE_TYPES.includes(construct.cfnResourceType))
      this.rules.visit(construct);
  }

  private visitTargets(resource: CfnResource, shape: SenderShape): void {
    dropRunTaskLaunchType(resource, shape, this.clusters);
    this.taskRuns.push(() => taskRunsOfTargets(resource, shape, this.clusters));
    checkAtSynthesis(resource, () => {
      taskRunsOfTargets(resource, shape, this.clusters).forEach(checkTaskRun);
      return [
        ...checkTargetStrategies(resource, shape, this.clusters),
        ...checkCalls(resource, this.clusters),
      ];
    });
  }

  private visitState(state: State): void {
    this.states.add(state.stateId);
    checkAtSynthesis(state, () => checkState(state, this.clusters));
  }

  private visitStateMachine(resource: CfnResource): void {
    checkAtSynthesis(resource, () => checkStateMachine(resource, this.clusters, this.states));
  }

  private visitCall(resource: CfnResource): void {
    checkAtSynthesis(resource, () => checkCalls(resource, this.clusters));
  }
}
