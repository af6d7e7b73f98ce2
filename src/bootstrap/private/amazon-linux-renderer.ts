import { Aws } from 'aws-cdk-lib';
import { AGENT_VARIABLES } from '../../settings/agent-variables';
import { renderStep, stepFunctions } from './amazon-linux-steps';
import { BOOT_GATE, ERROR_FILE, STAMP } from './boot-gate';
import { multipart } from './multipart';
import { nodeProgram } from './node-program';
import type { NodeSettings } from './node-settings';
import { hereDocument, type Line, Shell } from './shell';

/** A piece of the user data under the name by which an error speaks of it. */
export interface Section {
  readonly name: string;
  readonly text: string;
}

/** What was rendered, and what it is made of. */
export interface RenderedUserData {
  readonly text: string;
  readonly sections: readonly Section[];
}

const HEAD = `#!/bin/bash
# Configures this node. If it fails, the node never joins a cluster and is powered off: see ${ERROR_FILE}.
set -euo pipefail; umask 077
export HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
stamp=${STAMP} err=${ERROR_FILE} at=start new=
rm -f $stamp $err
say() { echo "ECS bootstrap: $*" >&2 || :; { echo "ECS bootstrap: $*" >/dev/console; } 2>/dev/null || :; }
leave() { # says where, never what: a command can hold a secret
  set +e; local why="failed at $at, status $1"
  [ "$1" = 0 ] || { echo "$why" >>$err && why=$(<$err); say "$why"; }
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

const TAIL = `at='final check'
grep -qxE 'ECS_CLUSTER=[A-Za-z0-9_-]{1,255}' /etc/ecs/ecs.config; sync
# Nothing may follow: from here on the agent may start.
touch $stamp; sync
systemctl start --no-block ecs.service`;

/** The user data of a node that runs Amazon Linux, or anything with cloud-init, systemd, bash and python3. */
export function renderAmazonLinux(settings: NodeSettings): RenderedUserData {
  const shell = new Shell();
  const sysctls = renderSysctls(settings, shell);
  const config = renderEcsConfig(settings, shell);
  const steps = settings.steps.map((step, index) => renderStep(step, index + 1, shell));
  const sections: Section[] = [
    { name: 'gate', text: BOOT_GATE },
    { name: 'frame', text: [HEAD, ...shell.functions(), ...stepFunctions(settings.steps)].join('\n') },
    { name: 'encoded values', text: shell.declarations() },
    { name: 'kernel parameters', text: sysctls },
    { name: 'SSM agent', text: SSM_AGENT },
    { name: 'ecs.config', text: config },
    ...(steps.length === 0 ? [] : [{ name: 'steps', text: 'umask 022' }]),
    ...steps.map((text, index) => ({ name: `step ${index + 1} (${settings.steps[index].kind})`, text })),
    { name: 'end', text: TAIL },
  ].filter(({ text }) => text !== '');
  const script = sections.slice(1).map(({ text }) => text);
  return {
    sections,
    text: multipart([
      { type: 'text/cloud-boothook', body: BOOT_GATE },
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

function renderEcsConfig({ clusterName, agentLines, dockerAuth }: NodeSettings, shell: Shell): string {
  const lines: Line[] = agentLines.map(({ variable, value }) => ({
    text: `${variable}=${value}`,
    json: JSON_VARIABLES.has(variable),
  }));
  if (clusterName !== undefined) lines.unshift({ text: `ECS_CLUSTER=${clusterName}` });
  const program = nodeProgram({
    clusterName: clusterName === undefined,
    registries: dockerAuth !== undefined,
  });
  const blocks = shell.lines(lines);
  if (program !== undefined) {
    const args = dockerAuth === undefined ? [] : [dockerAuth._secretArn, Aws.URL_SUFFIX, dockerAuth.format];
    const words = args.map((arg) => ` ${shell.word(arg)}`).join('');
    blocks.unshift(hereDocument(`timeout 300 /usr/bin/python3 -I -${words} 2>>$err`, program, 'PY'));
  }
  return `at=ecs.config new=/etc/ecs/ecs.config.new
${redirected(blocks)}
mv -f $new /etc/ecs/ecs.config`;
}

/** Into the new file. */
function redirected(commands: readonly string[]): string {
  const [first] = commands;
  if (commands.length === 1 && first.startsWith('cat <<')) return `cat >$new${first.slice('cat'.length)}`;
  return `{\n${commands.join('\n')}\n} >$new`;
}
