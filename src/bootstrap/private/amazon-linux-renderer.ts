import { Aws, Token } from 'aws-cdk-lib';
import { AGENT_VARIABLES } from '../../settings/agent-variables';
import { renderStep, stepFunctions } from './amazon-linux-steps';
import { BOOT_GATE, ERROR_FILE, GATE_WITHOUT_EXECUTION, STAMP } from './boot-gate';
import { isNameOfCluster } from './harmless-token';
import { multipart } from './multipart';
import { nodeProgram } from './node-program';
import type { NodeSettings } from './node-settings';
import { hereDocument, type Line, Shell } from './shell';

/** A piece of the user data, under the name that an error uses for it. */
export interface Section {
  readonly name: string;
  readonly text: string;
}

/** What was rendered, and what it is made of. */
export interface RenderedUserData {
  readonly text: string;
  readonly sections: readonly Section[];
}

/** It says where it failed, and never what failed: a command can hold a secret. */
const HEAD = `#!/bin/bash
# If this fails, the node joins no cluster and powers off.
unset POSIXLY_CORRECT; set -euo pipefail; umask 077
export HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
stamp=${STAMP} err=${ERROR_FILE} at=start new=
rm -f $stamp $err
say() { echo "ECS bootstrap: $*" >&2 || :; { echo "ECS bootstrap: $*" >/dev/console; } 2>/dev/null || :; }
leave() {
  set +e; local why="failed at $at, status $1"
  case $1 in 124 | 143) why+=': out of time or shut down' ;; esac
  [ "$1" = 0 ] || { rm -f $stamp; echo "$why" >>$err && why=$(<$err); say "$why"; }
  [ -z "$new" ] || rm -f -- "$new" /root/.docker/config.json.new
}
trap 'leave $?' EXIT; trap 'at="$at, stopped"; exit 143' HUP INT TERM; trap : PIPE`;

/** Variables whose values are JSON with strings of users in it. */
const JSON_VARIABLES = new Set(
  Object.values(AGENT_VARIABLES).flatMap(({ variable, value }) =>
    ['map', 'cidrs'].includes(value.kind) ? [variable] : [],
  ),
);

const SSM_AGENT =
  "systemctl enable --now --no-block amazon-ssm-agent.service || say 'no SSM agent, going on without'";

/** Enabled too: an image may have the agent's service disabled, and a step may install it. */
const TAIL = `at='start of ecs.service'
systemctl enable --no-reload ecs.service; sync
# Nothing may follow: from here on the agent may start.
touch $stamp; sync
systemctl start --no-block ecs.service`;

/** The user data of a node that runs Amazon Linux, or anything with cloud-init, systemd, bash and python3. */
export function renderAmazonLinux(settings: NodeSettings): RenderedUserData {
  const shell = new Shell();
  const sysctls = renderSysctls(settings, shell);
  const config = renderEcsConfig(settings, shell);
  const steps = settings.steps.map((step, index) => ({
    name: `step ${index + 1} (${step.kind})`,
    text: renderStep(step, index + 1, shell),
  }));
  const sections: Section[] = [
    { name: 'gate', text: BOOT_GATE },
    { name: 'gate without execution', text: GATE_WITHOUT_EXECUTION },
    { name: 'frame', text: [HEAD, ...shell.functions(), ...stepFunctions(settings.steps)].join('\n') },
    { name: 'encoded values', text: shell.declarations() },
    { name: 'kernel parameters', text: sysctls },
    { name: 'SSM agent', text: SSM_AGENT },
    { name: 'ecs.config', text: config },
    ...(steps.length === 0
      ? []
      : [
          { name: 'steps', text: 'umask 022' },
          ...steps,
          { name: 'final check', text: checkOfCluster(settings.clusterName, shell) },
        ]),
    { name: 'end', text: TAIL },
  ].filter(({ text }) => text !== '');
  const script = sections.slice(2).map(({ text }) => text);
  return {
    sections,
    text: multipart([
      { type: 'text/cloud-boothook', body: BOOT_GATE },
      { type: 'text/part-handler', body: GATE_WITHOUT_EXECUTION },
      { type: 'text/x-shellscript', body: script.join('\n') },
    ]),
  };
}

function renderSysctls({ sysctlLines }: NodeSettings, shell: Shell): string {
  if (sysctlLines.length === 0) return '';
  return `at='kernel parameters' conf=/etc/sysctl.d/90-ecs-node.conf
new=$conf.new
${redirected(shell.lines(sysctlLines.map((text) => ({ text }))))}
chmod 644 $new; mv -f $new $conf
sysctl -q -p $conf`;
}

function renderEcsConfig(settings: NodeSettings, shell: Shell): string {
  const { clusterName, agentLines, dockerAuth, steps } = settings;
  const lines: Line[] = agentLines.map(({ variable, value }) => ({
    text: `${variable}=${value}`,
    json: JSON_VARIABLES.has(variable),
  }));
  if (clusterName !== undefined) lines.unshift({ text: `ECS_CLUSTER=${clusterName}` });
  const program = nodeProgram({ clusterName: clusterName === undefined, registries: dockerAuth?.format });
  const blocks = shell.lines(lines);
  if (program !== undefined) {
    const args = dockerAuth === undefined ? [] : [dockerAuth._secretArn, Aws.URL_SUFFIX];
    const words = args.map((arg) => ` ${shell.word(arg)}`).join('');
    blocks.unshift(hereDocument(`timeout 300 /usr/bin/python3 -I -${words} 2>>$err`, program, 'PY'));
  }
  const keepsLine = clusterName === undefined ? steps.length > 0 : !isKnownName(clusterName);
  return `at=ecs.config new=/etc/ecs/ecs.config.new
(umask 022; mkdir -p /etc/ecs)
${redirected(blocks)}${keepsLine ? LINE_OF_CLUSTER : ''}
mv -f $new /etc/ecs/ecs.config`;
}

/** What CloudFormation says is checked on the node. It is kept for the last check, as what the tag says. */
const LINE_OF_CLUSTER = `
joins=$(grep -xE 'ECS_CLUSTER=[A-Za-z0-9_-]{1,255}' $new) || { at="$at, a value that is no name of a cluster"; exit 1; }`;

/** Whether it is sure to be a name: what else CloudFormation says may be anything. */
function isKnownName(clusterName: string): boolean {
  return !Token.isUnresolved(clusterName) || isNameOfCluster(clusterName);
}

/**
 * What the steps have left in the file. Of several lines for one variable the last is what the agent gets,
 * with white space around the name too.
 */
function checkOfCluster(clusterName: string | undefined, shell: Shell): string {
  const isKnown = clusterName !== undefined && isKnownName(clusterName);
  const line = isKnown ? shell.word(`ECS_CLUSTER=${clusterName}`) : '"$joins"';
  return `at='final check: ECS_CLUSTER has changed'
[[ $(grep -E '^\\s*ECS_CLUSTER\\s*=' /etc/ecs/ecs.config | tail -n 1) = ${line} ]]`;
}

/** Into the new file. */
function redirected(commands: readonly string[]): string {
  const [first] = commands;
  if (commands.length === 1 && first.startsWith('cat <<')) return `cat >$new${first.slice('cat'.length)}`;
  return `{\n${commands.join('\n')}\n} >$new`;
}
