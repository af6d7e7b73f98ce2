import type { Resource } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Construct, type IConstruct } from 'constructs';
import { EXECUTE_FILE_OPTIONS } from '../private/cdk-types';
import { checkCdkVersion } from '../private/cdk-version';
import { fail, inScope, quoteForMessage } from '../private/errors';
import { listOf } from '../private/expected-type';
import type { DockerAuth } from '../registry/docker-auth';
import type { AgentConfig, HostPortRange } from '../settings/agent-config';
import {
  type AgentLine,
  DEFAULT_AGENT_CONFIG,
  mergeAgentConfig,
  renderAgentConfig,
} from '../settings/agent-variables';
import { DEFAULT_HOST_PORTS } from '../settings/host-ports';
import { DEFAULT_LOG_DRIVERS, renderLogDrivers } from '../settings/log-driver';
import { mergeSysctls, renderSysctlLine } from '../settings/sysctl';
import { NODE_BOOTSTRAP } from './bootstrap-fields';
import { BootstrapStep } from './bootstrap-step';
import type { NodeBootstrapProps } from './node-bootstrap-props';
import { renderAmazonLinux } from './private/amazon-linux-renderer';
import { DELIVERABLE } from './private/deliverable-text';
import {
  clusterNameOfLine,
  isBottlerocketLine,
  isSameCluster,
  isSpotDrainingLine,
  shownCluster,
} from './private/lines-added-by-cdk';
import { isAskedForAPart, isMimeMessage } from './private/multipart';
import type { NodeSettings } from './private/node-settings';
import { warnOfHazards } from './private/step-warnings';
import { checkUserDataSize } from './private/user-data-size';

const LOG_DRIVERS = 'ECS_AVAILABLE_LOGGING_DRIVERS';

/**
 * The user data of an ECS node: typed, checked at synthesis, and failing closed at boot.
 *
 * A node on which any step fails, hangs, is killed or never runs does not join a cluster. It says why on its
 * console and in its journal, and powers off. With `instanceInitiatedShutdownBehavior: TERMINATE` in the
 * launch template the group replaces it. Nothing is installed that the node does not need, and a time limit
 * of 15 minutes holds for all of it.
 *
 * It is for images with cloud-init, systemd, bash, python3 and the ECS agent's own service, such as the
 * ECS-optimized Amazon Linux 2023 AMI. It works in any launch template, whose role then needs what `NodeRole`
 * and `DockerAuth.grantRead()` would give it.
 *
 * It is a whole user data. As a part of an `ec2.MultipartUserData` it is refused, as it has several parts
 * itself.
 *
 * The rendered bytes change only with a breaking release: a change replaces nodes.
 *
 * @example
 * declare const secret: secretsmanager.ISecret;
 * declare const role: iam.IRole;
 * const dockerAuth = DockerAuth.fromSecret(secret);
 * dockerAuth.grantRead(role);
 * new ec2.LaunchTemplate(this, 'Template', {
 *   role,
 *   userData: new NodeBootstrap({ clusterName: 'orders', dockerAuth }),
 *   machineImage: NodeImage.amazonLinux2023(),
 *   instanceType: new ec2.InstanceType('m7i.large'),
 *   requireImdsv2: true,
 *   instanceInitiatedShutdownBehavior: ec2.InstanceInitiatedShutdownBehavior.TERMINATE,
 * });
 */
export class NodeBootstrap extends ec2.UserData {
  private clusterName?: string;
  private readonly settings: Omit<NodeSettings, 'clusterName' | 'steps'>;
  private readonly steps: BootstrapStep[];
  private readonly agentConfig: AgentConfig;
  /** Attributes that the library gives to nodes, next to those of the user. */
  private ownAttributes: Readonly<Record<string, string>> = {};

  /**
   * Whose user data it is: what is refused at synthesis names it.
   *
   * @internal
   */
  public _scope?: IConstruct;

  public constructor(options: NodeBootstrapProps = {}) {
    super();
    checkCdkVersion();
    const props = NODE_BOOTSTRAP.read('options', options);
    this.clusterName = props.clusterName;
    this.steps = [...(props.bootstrapSteps ?? [])];
    this.agentConfig =
      props.agent === undefined ? DEFAULT_AGENT_CONFIG : mergeAgentConfig(DEFAULT_AGENT_CONFIG, props.agent);
    this.settings = {
      dockerAuth: props.dockerAuth,
      sysctlLines: mergeSysctls(props.sysctls).map((sysctl) => renderSysctlLine(sysctl)),
      agentLines: [
        { variable: LOG_DRIVERS, value: renderLogDrivers(props.logDrivers ?? DEFAULT_LOG_DRIVERS) },
        ...(props.agent === undefined ? defaultLines() : renderAgentConfig(this.agentConfig)),
      ],
    };
  }

  /**
   * Adds one step that runs these commands, in one bash, after all steps so far.
   *
   * Two commands of `ecs.Cluster.addAsgCapacityProvider` are recognized and not run. One names the cluster,
   * and that becomes the name that nodes join. The other turns on the draining of Spot instances, which
   * `agent` sets.
   *
   * @param commands shell text for bash, one or more lines each, where variables carry over
   * from one to the next
   */
  public addCommands(...commands: string[]): void {
    listOf(DELIVERABLE).check('commands', commands);
    if (commands.some(isMimeMessage)) {
      fail(
        'UnsupportedUserData',
        '`commands` must be shell text, got: a MIME message, such as a `MultipartUserData` renders. Add what ' +
          'its scripts do as commands, or as `BootstrapStep`s',
        this._scope,
      );
    }
    const own = commands.filter((command) => !this.takeFromCdk(command));
    if (own.join('').trim() !== '') this._addStep(BootstrapStep.run(own.join('\n')));
  }

  /**
   * Throws. The last act of the user data is to let the agent start, so nothing can come after it; and a
   * failure powers the node off. Use `addCommands`, or `trap` inside of a command.
   *
   * @param commands not used
   */
  public addOnExitCommands(...commands: string[]): void {
    fail(
      'UnsupportedUserData',
      `addOnExitCommands cannot take ${quoteForMessage(commands[0])}: the last act of a node bootstrap ` +
        'is to let the agent start, and nothing may follow it. Use addCommands, with a `trap … EXIT` ' +
        'among the commands where something is to be cleaned up',
    );
  }

  /**
   * Throws: a node has no AWS CLI. Download with what you install yourself, in a step.
   *
   * @param params not used
   */
  public addS3DownloadCommand(params: ec2.S3DownloadOptions): string {
    return fail(
      'UnsupportedUserData',
      'addS3DownloadCommand cannot be used: the ECS-optimized image has no AWS CLI to download ' +
        `${quoteForMessage(params?.bucketKey)} with. Add the steps ` +
        "`BootstrapStep.installPackages(['awscli-2'])` and `BootstrapStep.run('aws s3 cp …')`, or put " +
        'the file into a machine image of your own',
    );
  }

  /**
   * Adds a step that makes a file executable and runs it.
   *
   * @param params the path, and the arguments as shell text
   */
  public addExecuteFileCommand(params: ec2.ExecuteFileOptions): void {
    EXECUTE_FILE_OPTIONS.check('params', params);
    const command =
      `chmod +x -- "$ECS_BOOTSTRAP_FILE"\n"$ECS_BOOTSTRAP_FILE" ${params.arguments ?? ''}`.trim();
    this._addStep(BootstrapStep.run(command, { environment: { ECS_BOOTSTRAP_FILE: params.filePath } }));
  }

  /**
   * Throws: a node has no `cfn-signal`. A group of this library waits for its nodes in other ways
   * (`NodeReplacement`).
   *
   * @param resource not used
   */
  public addSignalOnExitCommand(resource: Resource): void {
    fail(
      'UnsupportedUserData',
      'addSignalOnExitCommand cannot be used: the ECS-optimized image has no cfn-signal ' +
        '(aws-cfn-bootstrap). Leave the signals out; a node whose bootstrap fails is powered off and ' +
        'replaced',
      Construct.isConstruct(resource) ? resource : undefined,
    );
  }

  /**
   * The user data. It has CDK tokens in it where what it was given has.
   */
  public render(): string {
    const render = () => {
      checkPlaceInUserData();
      const rendered = renderAmazonLinux(this._settings);
      checkUserDataSize(rendered);
      return rendered.text;
    };
    return this._scope === undefined ? render() : inScope(this._scope, render);
  }

  /**
   * A step names the package of the agent: an image without the agent may be made to have it.
   *
   * @internal
   */
  public get _mayInstallAgent(): boolean {
    return this.steps.some((step) => JSON.stringify(step._node).includes('ecs-init'));
  }

  /**
   * Adds a step after all steps so far.
   *
   * @internal
   */
  public _addStep(step: BootstrapStep): void {
    this.steps.push(step);
    this.warnOf(step, this.steps.length);
  }

  /**
   * Says whose user data it is, and warns there of steps that no boot survives.
   *
   * @internal
   */
  public _belongTo(scope: IConstruct): void {
    this._scope = scope;
    this.steps.forEach((step, index) => {
      this.warnOf(step, index + 1);
    });
  }

  /**
   * @internal
   */
  public get _dockerAuth(): DockerAuth | undefined {
    return this.settings.dockerAuth;
  }

  /**
   * What the agent is configured with, defaults included.
   *
   * @internal
   */
  public get _agentConfig(): AgentConfig {
    return this.agentConfig;
  }

  /**
   * The host ports that the agent gives out.
   *
   * @internal
   */
  public get _dynamicHostPortRange(): HostPortRange {
    return this.agentConfig.dynamicHostPortRange ?? DEFAULT_HOST_PORTS;
  }

  /**
   * All of it, for a renderer.
   *
   * @internal
   */
  public get _settings(): NodeSettings {
    return {
      ...this.settings,
      agentLines: this.agentLines,
      clusterName: this.clusterName,
      steps: this.steps.map((step) => step._node),
    };
  }

  /**
   * Gives the nodes an attribute of the library's, which the agent registers them with.
   *
   * @internal
   */
  public _addAttribute(name: string, value: string): void {
    this.ownAttributes = { ...this.ownAttributes, [name]: value };
  }

  private get agentLines(): readonly AgentLine[] {
    const { agentLines } = this.settings;
    if (Object.keys(this.ownAttributes).length === 0) return agentLines;
    const instanceAttributes = { ...this.agentConfig.instanceAttributes, ...this.ownAttributes };
    const [drivers] = agentLines;
    return [drivers, ...renderAgentConfig({ ...this.agentConfig, instanceAttributes })];
  }

  private warnOf({ _node: node, _hazards: hazards }: BootstrapStep, number: number): void {
    if (this._scope === undefined || hazards.length === 0) return;
    warnOfHazards(this._scope, `Step ${number} (${node.kind})`, hazards, node.continueOnError);
  }

  /** Understands what `ecs.Cluster.addAsgCapacityProvider` would append; false for any other command. */
  private takeFromCdk(command: string): boolean {
    if (isSpotDrainingLine(command)) return true; // the default, unless `agent` says otherwise
    if (isBottlerocketLine(command)) {
      fail(
        'UnsupportedUserData',
        'a NodeBootstrap cannot take the settings of Bottlerocket: its user data is for Amazon Linux',
      );
    }
    const name = clusterNameOfLine(command);
    if (name === undefined) return false;
    if (this.clusterName !== undefined && !isSameCluster(this.clusterName, name)) {
      fail(
        'SeveralClusters',
        `a node can join one cluster only, got: ${shownCluster(this.clusterName)} and ` +
          `${shownCluster(name)}. The user data is shared by two clusters. Give each its own ` +
          'NodeBootstrap and launch template, or leave the names to the ClusterName tags of the groups ' +
          '(a NodeTemplate does that)',
      );
    }
    this.clusterName ??= name;
    return true;
  }
}

/** cloud-init would run the MIME message as a script, which fails: the agent then starts unconfigured. */
function checkPlaceInUserData(): void {
  if (!isAskedForAPart()) return;
  fail(
    'UnsupportedUserData',
    'a NodeBootstrap must not be a part of a `MultipartUserData`: it has several parts itself, and as a part it ' +
      'would never run. Use it as the user data, and add what the other parts do with `addCommands()` or ' +
      '`bootstrapSteps`',
  );
}

let linesOfDefaults: readonly AgentLine[] | undefined;

function defaultLines(): readonly AgentLine[] {
  linesOfDefaults ??= renderAgentConfig(DEFAULT_AGENT_CONFIG);
  return linesOfDefaults;
}
