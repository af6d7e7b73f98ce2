import { Duration, Token } from 'aws-cdk-lib';
import { duration, text, wholeNumber } from '../private/bounds';
import { fail, quoteForMessage } from '../private/errors';
import { known, knownFlag, mapOf, refined } from '../private/expected-type';
import { Destination, type Fields, RENDERED, Struct } from '../private/fields';
import { DELIVERABLE } from './private/deliverable-text';
import type { AnyStepNode, EnableServiceNode, WriteFileNode } from './private/step-node';

export const CODE = 'InvalidBootstrapStep';

/** Below the 15 minutes that the whole user data has. */
const MAX_SECONDS = 840;

/**
 * Names that bash sets itself, does not take from its environment, or takes for numbers: those it would
 * calculate, commands in them included.
 */
const BASH_OWNS =
  /^(_|BASH|BASHOPTS|BASH_.*|BASHPID|COMP_WORDBREAKS|DIRSTACK|EPOCH.*|EUID|FUNCNAME|GROUPS|HISTCMD|IFS|LINENO|OLDPWD|OPTERR|OPTIND|PIPESTATUS|PPID|PS[0-4]|PWD|S?RANDOM|SECONDS|SHELLOPTS|SHLVL|UID)$/;

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
   * @default - no separate limit; the whole user data has 15 minutes
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

export const ANY_STEP_NODE = new Destination<AnyStepNode>('AnyStepNode');

const STEP_FIELDS = {
  continueOnError: { value: knownFlag, default: false, to: ANY_STEP_NODE.field('continueOnError') },
} satisfies Fields<BootstrapStepOptions>;

export const STEP_OPTIONS = new Struct<BootstrapStepOptions, typeof STEP_FIELDS>(
  'BootstrapStepOptions',
  STEP_FIELDS,
);

const TIMEOUT = duration(CODE, { min: 1, max: MAX_SECONDS });

const ENVIRONMENT = refined(mapOf(DELIVERABLE), (field, environment) => {
  for (const name of Object.keys(environment)) {
    if (Token.isUnresolved(name) || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || BASH_OWNS.test(name)) {
      fail(
        CODE,
        `\`${field}\` must have names of letters, digits and \`_\` that bash does not set itself, got: ` +
          `${quoteForMessage(name)}`,
      );
    }
  }
});

const RUN_FIELDS = {
  ...STEP_FIELDS,
  timeout: { value: TIMEOUT, to: RENDERED },
  environment: { value: ENVIRONMENT, to: RENDERED },
} satisfies Fields<RunStepOptions>;

export const RUN = new Struct<RunStepOptions, typeof RUN_FIELDS>('RunStepOptions', RUN_FIELDS, {
  such: '{ timeout: Duration.minutes(1) }',
});

export const WRITE_FILE_NODE = new Destination<WriteFileNode>('WriteFileNode');

const WRITE_FILE_FIELDS = {
  ...STEP_FIELDS,
  mode: {
    value: text(CODE, /^[0-7]{3,4}$/, 'three or four octal digits'),
    default: '0644',
    to: WRITE_FILE_NODE.field('mode'),
  },
  owner: {
    value: text(
      CODE,
      /^[A-Za-z0-9_][A-Za-z0-9_.-]*(:[A-Za-z0-9_][A-Za-z0-9_.-]*)?$/,
      '`user` or `user:group`',
    ),
    to: WRITE_FILE_NODE.field('owner'),
  },
} satisfies Fields<WriteFileStepOptions>;

export const WRITE_FILE = new Struct<WriteFileStepOptions, typeof WRITE_FILE_FIELDS>(
  'WriteFileStepOptions',
  WRITE_FILE_FIELDS,
  { such: "{ mode: '0600' }" },
);

const INSTALL_PACKAGES_FIELDS = {
  ...STEP_FIELDS,
  attempts: {
    // The node calculates with both.
    value: known(wholeNumber(CODE, { min: 1, max: 10 }), CODE),
    default: 4,
    to: RENDERED,
  },
  timeout: {
    value: known(TIMEOUT, CODE),
    default: Duration.minutes(8),
    to: RENDERED,
  },
} satisfies Fields<InstallPackagesStepOptions>;

export const INSTALL_PACKAGES = new Struct<InstallPackagesStepOptions, typeof INSTALL_PACKAGES_FIELDS>(
  'InstallPackagesStepOptions',
  INSTALL_PACKAGES_FIELDS,
  { such: '{ attempts: 6 }' },
);

export const ENABLE_SERVICE_NODE = new Destination<EnableServiceNode>('EnableServiceNode');

const ENABLE_SERVICE_FIELDS = {
  ...STEP_FIELDS,
  start: { value: knownFlag, default: true, to: ENABLE_SERVICE_NODE.field('start') },
} satisfies Fields<EnableServiceStepOptions>;

export const ENABLE_SERVICE = new Struct<EnableServiceStepOptions, typeof ENABLE_SERVICE_FIELDS>(
  'EnableServiceStepOptions',
  ENABLE_SERVICE_FIELDS,
  { such: '{ start: false }' },
);
