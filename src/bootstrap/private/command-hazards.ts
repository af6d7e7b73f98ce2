import { hasOption, operandsOf, unwrap } from './command-words';
import { endsBoot, type Hazard, neverEnds } from './hazard';
import { type Command, UNKNOWN } from './shell-tree';

/** Longer than a whole boot may take. */
const LONG_SECONDS = 900;

/** What is known of the place of a command. */
export interface CommandPlace {
  /** Whether it is waited for. */
  readonly isForeground: boolean;
  /** Whether something ends it after a while. */
  readonly isBounded: boolean;
}

/** What a program does with these arguments. The first word is its name. */
export function hazardsOfWords(words: readonly string[], place: CommandPlace, isPiped: boolean): Hazard[] {
  const [name] = words;
  if (name === undefined) return [];
  if (hasOption(words, '', 'help', 'version')) return [];
  const waits = place.isForeground && !place.isBounded;
  const endless = waits ? endlessBy(name, words, isPiped) : undefined;
  return [
    ...systemctlHazards(name, words, place),
    ...endOfBootBy(name, words).map(endsBoot),
    ...(startsAgent(name, words) ? [{ kind: 'startsAgent', what: `\`${name}\`` } as const] : []),
    ...(endless === undefined ? [] : [neverEnds(endless)]),
  ];
}

/** Units that are up only when the boot, and with it user data, is over. */
const AFTER_THE_BOOT =
  /^(cloud-final(\.service)?|cloud-init\.target|multi-user\.target|default\.target|graphical\.target|ecs-bootstrap-guard(\.service)?)$/;
const OF_CLOUD_INIT = /^cloud-(init|init-local|config|final)(\.service|\.target)?$/;
/** The service of the agent. */
export const AGENT = /^ecs(\.service)?$/;
const OFF_TARGETS = /^(reboot|poweroff|halt|shutdown|kexec|rescue|emergency)\.target$/;
const OFF_VERBS =
  /^(reboot|poweroff|halt|kexec|soft-reboot|rescue|emergency|exit|suspend|hibernate|hybrid-sleep)$/;
const START_VERBS = /^(start|restart|reload-or-restart|try-restart)$/;
const STOP_VERBS = /^(stop|restart|kill|try-restart|reload-or-restart)$/;

const SYSTEMCTL_OPTIONS = /^-[tpsnoPHM]$/;

function systemctlHazards(name: string, words: readonly string[], place: CommandPlace): Hazard[] {
  if (name === 'service') return serviceHazards(words[1], words[2], place);
  if (name.startsWith('/etc/init.d/'))
    return serviceHazards(name.slice('/etc/init.d/'.length), words[1], place);
  if (name !== 'systemctl' || hasOption(words, 'HM', 'host', 'machine', 'root', 'image', 'user')) return [];
  const [verb, ...units] = operandsOf(words, SYSTEMCTL_OPTIONS);
  if (verb === undefined) return [];
  const are = (pattern: RegExp) => units.some((unit) => pattern.test(unit));
  const starts = START_VERBS.test(verb) || (/^(re)?enable$/.test(verb) && hasOption(words, '', 'now'));
  const waits = place.isForeground && !hasOption(words, '', 'no-block');
  const shown = `\`systemctl ${verb}\``;
  return [
    ...(OFF_VERBS.test(verb) ? [endsBoot(shown)] : []),
    ...(/^(start|isolate)$/.test(verb) && are(OFF_TARGETS) ? [endsBoot(shown)] : []),
    ...(STOP_VERBS.test(verb) && are(OF_CLOUD_INIT)
      ? [endsBoot(`${shown} of cloud-init, which runs the step`)]
      : []),
    ...(verb === 'mask' && are(AGENT)
      ? [endsBoot(`${shown} of the agent's service, which cannot be started then`)]
      : []),
    ...(starts && waits && are(AGENT) ? [{ kind: 'waitsForAgent', what: shown } as const] : []),
    ...(starts && waits && !place.isBounded && are(AFTER_THE_BOOT)
      ? [neverEnds(`${shown} of a unit that waits for the end of user data`)]
      : []),
    ...(waits && !place.isBounded && verb === 'is-system-running' && hasOption(words, '', 'wait')
      ? [neverEnds('`systemctl is-system-running --wait`')]
      : []),
  ];
}

function serviceHazards(
  unit: string | undefined,
  verb: string | undefined,
  { isForeground }: CommandPlace,
): Hazard[] {
  if (unit === undefined || verb === undefined || !/^(start|restart|reload)$/.test(verb)) return [];
  return AGENT.test(unit) && isForeground ? [{ kind: 'waitsForAgent', what: `\`service\`` }] : [];
}

function endOfBootBy(name: string, words: readonly string[]): string[] {
  switch (name) {
    case 'reboot':
    case 'poweroff':
    case 'halt':
      return hasOption(words, 'w', 'wtmp-only') ? [] : [`\`${name}\``];
    case 'shutdown':
      return hasOption(words, 'ck', 'show') || isLater(operandsOf(words)[0]) ? [] : ['`shutdown`'];
    case 'init':
    case 'telinit':
      return /^[016sS]$/.test(words[1] ?? '') ? [`\`${name} ${words[1]}\``] : [];
    case 'kexec':
      return hasOption(words, 'e', 'exec') ? ['`kexec`'] : [];
    case 'cloud-init':
      return operandsOf(words)[0] === 'clean'
        ? ['`cloud-init clean`, which takes away the folder that the boot is written down in']
        : [];
    case 'rm':
      return hasOption(words, 'rR', 'recursive') && words.some(isFolderOfBoot)
        ? ['`rm` of the folder that the boot is written down in']
        : [];
    case 'pkill':
    case 'killall':
      return words.some((word) => word === 'cloud-init')
        ? [`\`${name}\` of cloud-init, which runs the step`]
        : [];
    case 'kill':
      return endOfBootByKill(words.slice(1));
    case 'tee':
      return words.includes('/proc/sysrq-trigger') ? ['a write to /proc/sysrq-trigger'] : [];
    default:
      return [];
  }
}

/** Signals on which systemd, as the first process, reboots or powers off. */
const SIGNALS_OF_INIT = /^(SIG)?(2|INT|RTMIN\+[3-7]|RTMIN\+1[3-7])$/;

function endOfBootByKill(words: readonly string[]): string[] {
  const [first, second] = words;
  const isNamed = first === '-s' || first === '-n';
  const signal = isNamed ? second : /^-./.test(first ?? '') ? first.slice(1) : undefined;
  const processes = words.slice(isNamed ? 2 : signal === undefined ? 0 : 1);
  if (signal === 'l' || signal === 'L' || signal === '0') return [];
  return [
    ...(processes.includes('-1') ? ['`kill` of every process'] : []),
    ...(processes.includes('1') && SIGNALS_OF_INIT.test(signal ?? '') ? ['`kill` of the first process'] : []),
  ];
}

/** Whether a shutdown is after the boot: in a quarter of an hour or more, or at an hour of the day. */
function isLater(time: string | undefined): boolean {
  if (time === undefined) return false;
  const minutes = /^\+?(\d+)$/.exec(time)?.[1];
  return minutes === undefined ? /^\d{1,2}:\d{2}$/.test(time) : Number(minutes) * 60 >= LONG_SECONDS;
}

function isFolderOfBoot(word: string): boolean {
  return /^\/var\/lib\/cloud(\/(\*|instances?(\/\S*)?)?)?$/.test(word);
}

function startsAgent(name: string, words: readonly string[]): boolean {
  switch (name) {
    case 'docker':
    case 'podman': {
      const [verb] = verbsOfDocker(words);
      return (
        (/^(run|create)$/.test(verb) && words.some((word) => /(^|\/)amazon-ecs-agent(:|@|$)/.test(word))) ||
        (/^(start|restart)$/.test(verb) && words.includes('ecs-agent'))
      );
    }
    case '/usr/libexec/amazon-ecs-init':
    case 'amazon-ecs-init':
      return words.includes('start');
    case 'start': // Amazon Linux 1
      return words[1] === 'ecs';
    case 'initctl':
      return words[1] === 'start' && words[2] === 'ecs';
    default:
      return false;
  }
}

/** What docker is asked for, behind its own options and the word `container`. */
function verbsOfDocker(words: readonly string[]): readonly string[] {
  const operands = operandsOf(words, /^(-[HcDl]|--(host|config|context|log-level|tls\w+))$/);
  return operands[0] === 'container' ? operands.slice(1) : operands;
}

/** What a command is that runs until it is stopped; undefined: it may end. */
function endlessBy(name: string, words: readonly string[], isPiped: boolean): string | undefined {
  const [first] = operandsOf(words);
  const isUnknown = words.some((word) => word.includes(UNKNOWN));
  switch (name) {
    case 'tail':
      return hasOption(words, 'fF', 'follow') && !hasOption(words, '', 'pid') ? '`tail -f`' : undefined;
    case 'sleep':
      return isLong(words.slice(1)) ? '`sleep` of more than the whole boot has' : undefined;
    case 'journalctl':
      return words.some((word) => /^(-[aefklmqrx]*f|--follow$)/.test(word)) ? '`journalctl -f`' : undefined;
    case 'dmesg':
      return hasOption(words, 'wW', 'follow', 'follow-new') ? '`dmesg -w`' : undefined;
    case 'watch':
      return hasOption(words, 'ge', 'chgexit', 'errexit') ? undefined : '`watch`';
    case 'ping':
    case 'ping6':
      return hasOption(words, 'cw', 'count', 'deadline') || isUnknown
        ? undefined
        : `\`${name}\` without a count`;
    case 'yes':
      return isPiped ? undefined : '`yes`';
    case 'inotifywait':
      return hasOption(words, 'm', 'monitor') ? '`inotifywait -m`' : undefined;
    case 'top':
      return hasOption(words, 'n') || isUnknown ? undefined : '`top`';
    case 'tcpdump':
      return hasOption(words, 'cGWrdDhL') || isUnknown ? undefined : '`tcpdump` without a count';
    case 'cloud-init':
      return first === 'status' && hasOption(words, 'w', 'wait')
        ? '`cloud-init status --wait`, which waits for the end of user data'
        : undefined;
    case 'ssh':
    case 'autossh':
      return isTunnel(words) ? `\`${name} -N\`` : undefined;
    case 'nc':
    case 'ncat':
    case 'netcat':
      return hasOption(words, 'k', 'keep-open') && hasOption(words, 'l', 'listen')
        ? `\`${name} -lk\``
        : undefined;
    case 'socat':
      return words.some((word) => /-(listen|recvfrom):.*,fork(,|$)/i.test(word))
        ? '`socat` with `fork`'
        : undefined;
    case 'udevadm':
      return first === 'monitor' ? '`udevadm monitor`' : undefined;
    case 'aws':
      return hasOption(words, '', 'follow') && /^logs tail /.test(operandsOf(words).join(' '))
        ? '`aws logs tail --follow`'
        : undefined;
    case 'vmstat':
    case 'iostat':
    case 'mpstat':
    case 'pidstat':
    case 'sar':
      // An interval without a count.
      return operandsOf(words).filter((word) => /^\d+$/.test(word)).length === 1 && !isUnknown
        ? `\`${name}\` without a count`
        : undefined;
    case 'docker':
    case 'podman': {
      const [verb, subverb] = verbsOfDocker(words);
      return endlessOfDocker(name, verb, subverb, words);
    }
    case 'docker-compose':
      return endlessOfCompose(name, first, words);
    default:
      return undefined;
  }
}

/** Letters of options of `ssh` that have a value, in the same word or in the next one. */
const SSH_OPTIONS_WITH_VALUE = 'BbcDEeFIiJLlmOoPpQRSWw';

/** Whether `ssh` runs no command, and stays in the foreground. Options may be behind its first operand too. */
function isTunnel(words: readonly string[]): boolean {
  const letters: string[] = [];
  let operands = 0;
  for (let at = 1; at < words.length && operands < 2; at += 1) {
    const word = words[at];
    if (!/^-./.test(word)) {
      operands += 1;
      continue;
    }
    const value = [...word].findIndex(
      (letter, index) => index > 0 && SSH_OPTIONS_WITH_VALUE.includes(letter),
    );
    letters.push(...word.slice(1, value < 0 ? undefined : value + 1));
    if (value === word.length - 1) at += 1;
  }
  return letters.includes('N') && !letters.some((letter) => 'fGOQV'.includes(letter));
}

function endlessOfDocker(
  name: string,
  verb: string | undefined,
  subverb: string | undefined,
  words: readonly string[],
): string | undefined {
  if (verb === 'compose') return endlessOfCompose(`${name} compose`, subverb, words);
  if (verb === 'logs' && hasOption(words, 'f', 'follow')) return `\`${name} logs -f\``;
  if (verb === 'attach') return `\`${name} attach\``;
  if (verb === 'events' && !hasOption(words, '', 'until')) return `\`${name} events\``;
  if (verb === 'stats' && !hasOption(words, '', 'no-stream')) return `\`${name} stats\``;
  return undefined;
}

function endlessOfCompose(
  name: string,
  verb: string | undefined,
  words: readonly string[],
): string | undefined {
  if (verb === 'logs' && hasOption(words, 'f', 'follow')) return `\`${name} logs -f\``;
  const ends = hasOption(
    words,
    'd',
    'detach',
    'wait',
    'no-start',
    'abort-on-container-exit',
    'exit-code-from',
  );
  return verb === 'up' && !ends ? `\`${name} up\`` : undefined;
}

const SLEEP_UNITS: { readonly [unit: string]: number } = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 };

function isLong(words: readonly string[]): boolean {
  const seconds = words.map((word) => {
    if (word === 'infinity' || word === 'inf') return Number.POSITIVE_INFINITY;
    const [, amount, unit] = /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(word) ?? [];
    return amount === undefined ? 0 : Number(amount) * SLEEP_UNITS[unit];
  });
  return seconds.reduce((sum, one) => sum + one, 0) >= LONG_SECONDS;
}

/** Whether a reader of a pipe can end before what it reads. */
export function stopsReading(command: Command): boolean {
  if (command.kind !== 'simple') return true;
  const { words, isBounded } = unwrap(command);
  const [name] = words;
  if (isBounded || name === undefined || name.includes(UNKNOWN)) return true;
  if (/^[ef]?grep$|^rg$/.test(name)) return hasOption(words, 'qmlL', 'quiet', 'silent', 'max-count');
  return /^(head|sed|awk|gawk|mawk|perl|python3?|ruby|node|dd|read|timeout|expect)$/.test(name);
}
