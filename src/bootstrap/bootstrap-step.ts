import { posix } from 'node:path';
import { Duration, Token, Tokenization } from 'aws-cdk-lib';
import { checkDuration, checkInteger, checkPattern } from '../private/bounds';
import { fail, quoteForMessage } from '../private/errors';
import { checkDeliverableText } from './private/deliverable-text';
import type { AnyStepNode, StepNode } from './private/step-node';

const CODE = 'InvalidBootstrapStep';

/** Below the 15 minutes that the whole user data has. */
const MAX_SECONDS = 840;

/**
 * Names that bash sets itself, does not take from its environment, or takes for numbers: those it would
 * calculate, commands in them included.
 */
const BASH_OWNS =
  /^(_|BASH|BASHOPTS|BASH_.*|BASHPID|COMP_WORDBREAKS|DIRSTACK|EPOCH.*|EUID|FUNCNAME|GROUPS|HISTCMD|IFS|LINENO|OLDPWD|OPTERR|OPTIND|PIPESTATUS|PPID|PS[0-4]|PWD|S?RANDOM|SECONDS|SHELLOPTS|SHLVL|UID)$/;

/** What the library owns on the node, and the property that says what is in it. */
const OWNED_FILES: { readonly [path: string]: string } = {
  '/etc/ecs/ecs.config': 'agent',
  '/etc/sysctl.d/90-ecs-node.conf': 'sysctls',
  '/root/.docker/config.json': 'dockerAuth',
};

/**
 * What every step takes.
 *
 * @example
 * declare const cluster: EcsAutoScaledCluster;
 * cluster.addTier('general', {
 *   instanceTypes: [new ec2.InstanceType('m7i.large')],
 *   bootstrapSteps: [
 *     BootstrapStep.installPackages(['htop', 'strace'], { continueOnError: true }),
 *     BootstrapStep.enableService('sysstat', { continueOnError: true }),
 *   ],
 * });
 */
export interface BootstrapStepOptions {
  /**
   * Whether the boot goes on when the step fails. The node then says on its console which step it was, and
   * joins its cluster without what the step would have done.
   *
   * A step that never ends is no failure: it uses up the 15 minutes of the whole boot. Give a command that
   * may hang a `timeout`; what is stopped then counts as failed.
   *
   * @default false; the step's failure stops the boot
   */
  readonly continueOnError?: boolean;
}

/**
 * Options of `BootstrapStep.run`.
 *
 * @example
 * declare const cluster: EcsAutoScaledCluster;
 * cluster.addTier('render', {
 *   instanceTypes: [new ec2.InstanceType('c7i.2xlarge')],
 *   bootstrapSteps: [
 *     BootstrapStep.run('curl -fsS --retry 5 "$LICENSES/render.lic" -o /etc/render.lic', {
 *       environment: { LICENSES: 'https://licenses.example.com' },
 *       timeout: Duration.seconds(30),
 *     }),
 *   ],
 * });
 */
export interface RunStepOptions extends BootstrapStepOptions {
  /**
   * How long the command may run, from 1 second to 14 minutes. Then it is stopped, with all that it has
   * started, and the boot fails.
   *
   * @default - no limit of its own; the whole user data has 15 minutes
   */
  readonly timeout?: Duration;

  /**
   * Environment variables of the command. A value may have any characters, and is never part of
   * the command's text.
   *
   * Refused: names that are not of letters, digits and underscores, and those that bash sets
   * itself, such as `UID`.
   *
   * @default - only `HOME` and `PATH`, and what cloud-init sets
   */
  readonly environment?: { [name: string]: string };
}

/**
 * Options of `BootstrapStep.writeFile`.
 *
 * @example
 * declare const cluster: EcsAutoScaledCluster;
 * cluster.addTier('general', {
 *   instanceTypes: [new ec2.InstanceType('m7i.large')],
 *   bootstrapSteps: [
 *     BootstrapStep.writeFile('/etc/audit/rules.d/docker.rules', '-w /usr/bin/dockerd -k docker', {
 *       mode: '0600',
 *       owner: 'root:root',
 *     }),
 *   ],
 * });
 */
export interface WriteFileStepOptions extends BootstrapStepOptions {
  /**
   * The file's permissions in octal, three or four digits.
   *
   * @default '0644'
   */
  readonly mode?: string;

  /**
   * Who owns the file: `user` or `user:group`, names or numbers.
   *
   * @default - root
   */
  readonly owner?: string;
}

/**
 * Options of `BootstrapStep.installPackages`.
 *
 * @example
 * declare const cluster: EcsAutoScaledCluster;
 * cluster.addTier('general', {
 *   instanceTypes: [new ec2.InstanceType('m7i.large')],
 *   bootstrapSteps: [BootstrapStep.installPackages(['amazon-efs-utils'], { attempts: 6, timeout: Duration.minutes(10) })],
 * });
 */
export interface InstallPackagesStepOptions extends BootstrapStepOptions {
  /**
   * How often the installation is tried, from 1 to 10, known at synthesis. The pauses between two attempts
   * grow: 4, 16, 36 seconds…
   *
   * @default 4
   */
  readonly attempts?: number;

  /**
   * How long all attempts together may take, from 1 second to 14 minutes, known at synthesis.
   *
   * @default Duration.minutes(8)
   */
  readonly timeout?: Duration;
}

/**
 * Options of `BootstrapStep.enableService`.
 *
 * @example
 * declare const cluster: EcsAutoScaledCluster;
 * cluster.addTier('general', {
 *   instanceTypes: [new ec2.InstanceType('m7i.large')],
 *   bootstrapSteps: [
 *     BootstrapStep.installPackages(['kexec-tools']),
 *     BootstrapStep.run('grubby --update-kernel=ALL --args=crashkernel=256M'),
 *     BootstrapStep.enableService('kdump', { start: false }),
 *   ],
 * });
 */
export interface EnableServiceStepOptions extends BootstrapStepOptions {
  /**
   * Whether the service is started now too, not only at the next boot. The start is not waited for: a service
   * that is ordered after cloud-init, as many are, could otherwise never come up, since user data is a
   * part of cloud-init.
   *
   * @default true
   */
  readonly start?: boolean;
}

/**
 * Something that a node does at boot: after the node is configured, before the ECS agent starts.
 *
 * Steps run in order, as root, with umask 022. The first that fails stops the boot: the node says on its
 * console which one it was (its number and kind, never its text), joins no cluster, and is powered off.
 *
 * They run once, at the first boot of an instance. A node that is shut down or rebooted before that is over
 * powers off at its next boot, and is replaced. So no step can reboot: what needs a reboot belongs into the
 * image.
 *
 * Strings may have any characters, and may hold CDK tokens. A NUL character is refused.
 *
 * @example
 * declare const vpc: ec2.IVpc;
 * new EcsAutoScaledCluster(this, 'Orders', {
 *   vpc,
 *   bootstrapSteps: [
 *     BootstrapStep.installPackages(['amazon-cloudwatch-agent']),
 *     BootstrapStep.writeFile('/etc/modules-load.d/nfs.conf', 'nfs'),
 *     BootstrapStep.run('modprobe nfs', { timeout: Duration.seconds(10) }),
 *     BootstrapStep.enableService('amazon-cloudwatch-agent'),
 *   ],
 *   tiers: [{ name: 'general', instanceTypes: [new ec2.InstanceType('m7i.large')] }],
 * });
 */
export class BootstrapStep {
  /**
   * Runs a command, or several lines of them, in a bash of its own with `-e` and `-o pipefail`. Its standard
   * input is empty.
   *
   * Do not put a credential into it: user data can be read by whoever may describe the launch template.
   *
   * Refused: a command that starts or restarts the `ecs` service and waits for it. The agent's service waits
   * for user data to end, so both would wait until the node runs out of time; and it is started by itself
   * once the boot has succeeded.
   *
   * @param command shell text for bash
   * @param options a time limit, environment variables
   */
  public static run(command: string, options: RunStepOptions = {}): BootstrapStep {
    checkDeliverableText('command', command);
    if (command.trim() === '') fail(CODE, '`command` must not be empty');
    if (waitsForAgent(command)) {
      fail(
        CODE,
        '`command` must not start the ecs service: it waits for user data to end, so user data cannot ' +
          'wait for it. Leave it out, the agent is started when all steps have succeeded',
      );
    }
    checkDuration(CODE, 'timeout', options.timeout, { min: 1, max: MAX_SECONDS });
    const environment = Object.entries(options.environment ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [name, value] of environment) {
      if (Token.isUnresolved(name) || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || BASH_OWNS.test(name)) {
        fail(
          CODE,
          '`environment` must have names of letters, digits and `_` that bash does not set itself, ' +
            `got: ${quoteForMessage(name)}`,
        );
      }
      checkDeliverableText(`environment.${name}`, value);
    }
    return new BootstrapStep({
      kind: 'run',
      command,
      timeout: options.timeout && seconds(options.timeout),
      environment,
      ...common(options),
    });
  }

  /**
   * Writes a file, whole: to a temporary name beside it, then renamed, so that nobody ever sees a part of it.
   * Folders that are missing are made, with mode 0755.
   *
   * Refused: a path that is not absolute or ends in `/`; files that the library writes itself
   * (`/etc/ecs/ecs.config` is said by `agent`); `/proc`, `/sys` and `/dev`, where a file cannot be replaced.
   *
   * @param path    where, absolute
   * @param content to the letter: nothing is appended
   * @param options permissions and owner
   */
  public static writeFile(path: string, content: string, options: WriteFileStepOptions = {}): BootstrapStep {
    checkPattern(CODE, 'path', path, /^\/.*[^/]$(?<!\/\.{1,2}$)/s, 'the absolute path of a file');
    const meant = posix.normalize(path).replace(/^\/+/, '/');
    const owner = OWNED_FILES[meant];
    if (owner !== undefined)
      fail(CODE, `\`path\` must not be ${meant}, which the library writes itself: use \`${owner}\``);
    if (/^\/(proc|sys|dev)\//.test(meant)) {
      fail(
        CODE,
        '`path` must not be in /proc, /sys or /dev, where no file can be replaced: use ' +
          `\`BootstrapStep.run\`, got: ${quoteForMessage(path)}`,
      );
    }
    checkDeliverableText('path', path);
    checkDeliverableText('content', content);
    checkPattern(CODE, 'mode', options.mode, /^[0-7]{3,4}$/, 'three or four octal digits');
    checkPattern(
      CODE,
      'owner',
      options.owner,
      /^[A-Za-z0-9_][A-Za-z0-9_.-]*(:[A-Za-z0-9_][A-Za-z0-9_.-]*)?$/,
      '`user` or `user:group`',
    );
    return new BootstrapStep({
      kind: 'writeFile',
      path,
      content,
      mode: options.mode ?? '0644',
      owner: options.owner,
      ...common(options),
    });
  }

  /**
   * Installs packages from the repositories that the image knows, with dnf. A mirror that is
   * down is tried again.
   *
   * Every package makes every boot slower, and can make it fail: packages that all nodes need are
   * better in an image.
   *
   * Refused: an empty list; names that are not those of a package, such as options, files,
   * addresses and groups.
   *
   * @param packages names, with a version if need be, as dnf takes them
   * @param options  how often and how long it is tried
   */
  public static installPackages(packages: string[], options: InstallPackagesStepOptions = {}): BootstrapStep {
    // The letters of a text would be packages.
    if (!Array.isArray(packages))
      fail(CODE, `\`packages\` must be a list of names such as ['git'], got: ${quoteForMessage(packages)}`);
    if (packages.length === 0) fail(CODE, '`packages` must have at least one name');
    for (const name of packages) {
      checkPattern(
        CODE,
        'packages',
        name,
        /^[A-Za-z0-9][A-Za-z0-9._+:~^-]*$/,
        'names of packages, of letters, digits and `._+:~^-`',
      );
      checkDeliverableText('packages', name);
    }
    const attempts = options.attempts ?? 4;
    checkInteger(CODE, 'attempts', attempts, { min: 1, max: 10 });
    const timeout = options.timeout ?? Duration.minutes(8);
    checkDuration(CODE, 'timeout', timeout, { min: 1, max: MAX_SECONDS });
    // The node calculates with both.
    if (Token.isUnresolved(attempts)) fail(CODE, '`attempts` must be known at synthesis, got: a token');
    if (timeout.isUnresolved()) fail(CODE, '`timeout` must be known at synthesis, got: a token');
    return new BootstrapStep({
      kind: 'installPackages',
      packages: [...packages],
      attempts: String(attempts),
      timeout: String(Math.ceil(timeout.toSeconds({ integral: false }))),
      ...common(options),
    });
  }

  /**
   * Enables a service, and starts it without waiting for it.
   *
   * Refused: `ecs`, which the library starts itself once the boot has succeeded.
   *
   * @param name    of a systemd unit, or without a suffix of a service
   * @param options whether it is started now
   */
  public static enableService(name: string, options: EnableServiceStepOptions = {}): BootstrapStep {
    checkPattern(CODE, 'name', name, /^[A-Za-z0-9:_.\\@][A-Za-z0-9:_.\\@-]*$/, 'the name of a systemd unit');
    checkDeliverableText('name', name);
    if (/^ecs(\.service)?$/.test(name)) {
      fail(
        CODE,
        '`name` must not be the ecs service: the library starts it itself when all steps have succeeded',
      );
    }
    return new BootstrapStep({
      kind: 'enableService',
      name,
      start: options.start ?? true,
      ...common(options),
    });
  }

  /**
   * What it does, by the name of the factory that made it: `run`, `writeFile`, `installPackages` or
   * `enableService`. The console of a node names a step that fails so, with its number.
   */
  public readonly kind: string;

  /**
   * What the step is, for the renderers.
   *
   * @internal
   */
  public readonly _node: StepNode;

  private constructor(node: StepNode) {
    this.kind = node.kind;
    this._node = node;
  }
}

/** What every step's options say. */
function common({ continueOnError = false }: BootstrapStepOptions): AnyStepNode {
  if (typeof continueOnError !== 'boolean') {
    fail(CODE, `\`continueOnError\` must be true or false, got: ${quoteForMessage(continueOnError)}`);
  }
  return { continueOnError };
}

function seconds(duration: Duration): string {
  return Tokenization.stringifyNumber(duration.toSeconds({ integral: false }));
}

/** Whether a line of the command starts the agent and waits for it. */
function waitsForAgent(command: string): boolean {
  return command
    .split(/[\n;&|]/)
    .some(
      (part) =>
        /^\s*(sudo\s+)?(systemctl|service)\s/.test(part) &&
        /\s(start|restart|reload-or-restart|--now)(\s|$)/.test(part) &&
        /\secs(\.service)?(\s|$)/.test(part) &&
        !part.includes('--no-block'),
    );
}
