import { posix } from 'node:path';
import { type Duration, Token, Tokenization } from 'aws-cdk-lib';
import { text } from '../private/bounds';
import { fail, quoteForMessage } from '../private/errors';
import { instance, listOf, refined } from '../private/expected-type';
import { checkFileContent, checkShellText, DELIVERABLE } from './private/deliverable-text';
import type { Hazard } from './private/hazard';
import { hazardsOf } from './private/step-hazards';
import type { StepNode } from './private/step-node';
import {
  ANY_STEP_NODE,
  CODE,
  ENABLE_SERVICE,
  ENABLE_SERVICE_NODE,
  type EnableServiceStepOptions,
  INSTALL_PACKAGES,
  type InstallPackagesStepOptions,
  RUN,
  type RunStepOptions,
  STEP_OPTIONS,
  WRITE_FILE,
  WRITE_FILE_NODE,
  type WriteFileStepOptions,
} from './step-options';

/** What the library owns on the node, and the property that says what is in it. */
const OWNED_FILES: { readonly [path: string]: string } = {
  '/etc/ecs/ecs.config': 'agent',
  '/etc/sysctl.d/90-ecs-node.conf': 'sysctls',
  '/root/.docker/config.json': 'dockerAuth',
};

const PATH = text(CODE, /^\/.*[^/]$(?<!\/\.{1,2}$)/s, 'the absolute path of a file');

const PACKAGES = listOf(
  refined(
    text(CODE, /^[A-Za-z0-9][A-Za-z0-9._+:~^-]*$/, 'the name of a package, of letters, digits and `._+:~^-`'),
    DELIVERABLE.check,
  ),
);

const UNIT = text(CODE, /^[A-Za-z0-9:_.\\@][A-Za-z0-9:_.\\@-]*$/, 'the name of a systemd unit');

/**
 * Something that a node does at boot: after the node is configured, before the ECS agent starts.
 *
 * Steps run in order, as root, with umask 022. The first that fails stops the boot: the node joins no cluster
 * and is powered off. Its console says which step it was: the number and the kind, never the text.
 *
 * They run once, at the first boot of an instance. A node that is shut down or rebooted before that is over
 * powers off at its next boot, and is replaced. So no step can reboot: what needs a reboot belongs into the
 * image.
 *
 * Strings may have any characters, and may hold CDK tokens. Refused is what would not arrive as it was meant.
 * A NUL character or half a surrogate pair is. So is a carriage return or a byte order mark where bash or the
 * kernel would take it for a part of a name.
 *
 * @example
 * declare const vpc: ec2.IVpc;
 * new EcsAutoScaledCluster(this, 'Orders', {
 *   vpc,
 *   bootstrapSteps: [
 *     BootstrapStep.installPackages(['sysstat']),
 *     BootstrapStep.writeFile('/etc/modules-load.d/nfs.conf', 'nfs'),
 *     BootstrapStep.run('modprobe nfs', { timeout: Duration.seconds(10) }),
 *     BootstrapStep.enableService('sysstat'),
 *   ],
 *   tiers: [{ name: 'general', instanceTypes: [new ec2.InstanceType('m7i.large')] }],
 * });
 */
export class BootstrapStep {
  /**
   * Runs a command, or several lines of them, in a separate bash with `-e` and `-o pipefail`. Its standard
   * input is empty.
   *
   * Do not put a credential into it: user data can be read by whoever may describe the launch template.
   *
   * Refused: a command that starts or restarts the `ecs` service and waits for it. The agent's service waits
   * for user data to end, so both would wait until the node runs out of time. The service starts by itself
   * once the boot has succeeded. Also refused: a carriage return, and a byte order mark at the start, which a
   * file from Windows has.
   *
   * @param command shell text for bash
   * @param options a time limit, environment variables
   */
  public static run(command: string, options: RunStepOptions = {}): BootstrapStep {
    const own = RUN.read('options', options);
    checkShellText('command', command);
    if (command.trim() === '') fail(CODE, '`command` must not be empty');
    const hazards = hazardsOf(command);
    if (hazards.some(({ kind }) => kind === 'waitsForAgent')) {
      fail(
        CODE,
        '`command` must not start the ecs service: it waits for user data to end, so user data cannot ' +
          'wait for it. Leave it out, the agent is started when all steps have succeeded',
      );
    }
    const node = {
      kind: 'run',
      command,
      timeout: own.timeout && seconds(own.timeout),
      environment: Object.entries(own.environment ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)),
      ...STEP_OPTIONS.handOver(own, ANY_STEP_NODE),
    } as const;
    return new BootstrapStep(node, hazards);
  }

  /**
   * Writes a file, whole: to a temporary name in the same folder, then renamed, so that no process ever sees
   * a part of it. Folders that are missing are made, with mode 0755.
   *
   * Refused: a path that is not absolute or ends in `/`, and files that the library writes itself (`agent`
   * sets `/etc/ecs/ecs.config`). So are `/proc`, `/sys` and `/dev`, where a file cannot be replaced.
   *
   * @param path    where, absolute
   * @param content to the letter: nothing is appended. Where it begins with `#!`, a carriage return is
   * refused; so are a byte order mark and, in a file that can be executed, white space before `#!`
   * @param options permissions and owner
   */
  public static writeFile(path: string, content: string, options: WriteFileStepOptions = {}): BootstrapStep {
    PATH.check('path', path);
    const own = WRITE_FILE.read('options', options);
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
    DELIVERABLE.check('path', path);
    checkFileContent('content', content, isExecutable(own.mode));
    return new BootstrapStep({
      kind: 'writeFile',
      path,
      content,
      ...WRITE_FILE.handOver(own, WRITE_FILE_NODE),
      ...STEP_OPTIONS.handOver(own, ANY_STEP_NODE),
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
    PACKAGES.check('packages', packages);
    if (packages.length === 0) fail(CODE, '`packages` must have at least one name');
    const own = INSTALL_PACKAGES.read('options', options);
    const { attempts, timeout } = INSTALL_PACKAGES.fields;
    return new BootstrapStep({
      kind: 'installPackages',
      packages: [...packages],
      attempts: String(own.attempts ?? attempts.default),
      timeout: String(Math.ceil((own.timeout ?? timeout.default).toSeconds({ integral: false }))),
      ...STEP_OPTIONS.handOver(own, ANY_STEP_NODE),
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
    UNIT.check('name', name);
    DELIVERABLE.check('name', name);
    const own = ENABLE_SERVICE.read('options', options);
    if (/^ecs(\.service)?$/.test(name)) {
      fail(
        CODE,
        '`name` must not be the ecs service: the library starts it itself when all steps have succeeded',
      );
    }
    return new BootstrapStep({
      kind: 'enableService',
      name,
      ...ENABLE_SERVICE.handOver(own, ENABLE_SERVICE_NODE),
      ...STEP_OPTIONS.handOver(own, ANY_STEP_NODE),
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

  /**
   * What its command does that no boot survives.
   *
   * @internal
   */
  public readonly _hazards: readonly Hazard[];

  private constructor(node: StepNode, hazards: readonly Hazard[] = []) {
    this.kind = node.kind;
    this._node = node;
    this._hazards = hazards;
  }
}

function seconds(duration: Duration): string {
  return Tokenization.stringifyNumber(duration.toSeconds({ integral: false }));
}

/** Whether these permissions let a file be executed. */
function isExecutable(mode: string | undefined): boolean {
  return mode !== undefined && !Token.isUnresolved(mode) && /[1357]/.test(mode.slice(-3));
}

/** As a field. */
export const STEP = instance<BootstrapStep>({
  name: "a BootstrapStep, such as `BootstrapStep.run('…')`",
  member: '_node',
  instead: (command) => `BootstrapStep.run(${command})`,
});
