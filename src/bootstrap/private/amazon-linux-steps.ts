import type { Shell } from './shell';
import type { RunNode, StepNode } from './step-node';

/** Shell functions that steps call; only those that are used are rendered. */
const FUNCTIONS: { readonly [kind in StepNode['kind']]?: string } = {
  // A shell of its own: exit 0, set +e, an open here-document or a command that reads cannot skip the rest.
  run: `run() { # command [seconds]
  /usr/bin/timeout -k 10 "\${2:-0}" /bin/bash -eo pipefail -c -- "$1" "$at" </dev/null
}`,
  writeFile: `file() { # path mode owner content
  new=$1.ecs-new
  mkdir -p -- "\${1%/*}/" && (umask 077; printf %s "$4" >"$new") && { [ -z "$3" ] || chown -- "$3" "$new"; } &&
    chmod -- "$2" "$new" && mv -fT -- "$new" "$1"
}`,
  // By the time since the machine started: a clock that is set meanwhile would make an hour of a minute.
  installPackages: `up() { local t _; read -r t _ </proc/uptime; echo "\${t%.*}"; }
packages() { # attempts seconds name...
  local n=1 tries=$1 left=$2 end=$(($(up) + $2)); shift 2
  [[ " $*" != *" -"* ]] || return 1
  until timeout -k 30 "$left" dnf -y install "$@" </dev/null; do
    ((n < tries && $(up) < end)) || return 1
    sleep $((n * n * 4)); n=$((n + 1)) left=$((end - $(up))); ((left > 0)) || left=1
  done
}`,
};

/**
 * Set behind a step that may fail. In such a list bash ignores `set -e`, in functions too: those above say of
 * each of their commands what its failure means.
 */
const FORGIVE = `forgive() { say "failed at $at, status $?, going on without"; rm -f -- "$new"; }`;

/** The functions that these steps call. */
export function stepFunctions(steps: readonly StepNode[]): string[] {
  const used = new Set(steps.map(({ kind }) => kind));
  return [
    ...Object.entries(FUNCTIONS).flatMap(([kind, text]) =>
      used.has(kind as StepNode['kind']) ? [text] : [],
    ),
    ...(steps.some(({ continueOnError }) => continueOnError) ? [FORGIVE] : []),
  ];
}

/** One step, as commands; `number` counts from 1. */
export function renderStep(step: StepNode, number: number, shell: Shell): string {
  const forgiven = step.continueOnError ? ' || forgive' : '';
  return `at='step ${number} (${step.kind})'\n${commands(step, shell)}${forgiven}`;
}

function commands(step: StepNode, shell: Shell): string {
  const words = (...values: string[]) => values.map((value) => shell.word(value)).join(' ');
  switch (step.kind) {
    case 'run':
      return runCommand(step, shell);
    case 'writeFile':
      return `file ${words(step.path, step.mode, step.owner ?? '', step.content)}`;
    case 'installPackages':
      return `packages ${words(step.attempts, step.timeout, ...step.packages)}`;
    case 'enableService':
      return `systemctl enable ${step.start ? '--now --no-block ' : ''}-- ${words(step.name)}`;
    default:
      return unknownStep(step);
  }
}

function runCommand({ command, timeout, environment }: RunNode, shell: Shell): string {
  const run = `run ${shell.word(command)}${timeout === undefined ? '' : ` ${shell.word(timeout)}`}`;
  if (environment.length === 0) return run;
  return `(export ${environment.map(([name, value]) => `${name}=${shell.word(value)}`).join(' ')}; ${run})`;
}

function unknownStep(step: never): never {
  throw new Error(`no rendering for ${JSON.stringify(step)}`);
}
