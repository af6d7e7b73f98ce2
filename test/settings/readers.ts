import type { AgentLine } from '../../src/settings/agent-variables';

/** `/etc/ecs/ecs.config` with these lines. */
export function configFile(lines: AgentLine[]): string {
  return lines.map(({ variable, value }) => `${variable}=${value}\n`).join('');
}

/**
 * The file as ecs-init and the agent read it (`ecs-init/docker/docker.go`, `getEnvVars`): trimmed lines,
 * split at the first `=`.
 */
export function readAsEcsInit(file: string): Map<string, string> {
  const read = new Map<string, string>();
  for (const line of file.trim().split('\n')) {
    const at = line.trim().indexOf('=');
    if (at >= 0) read.set(line.trim().slice(0, at), line.trim().slice(at + 1));
  }
  return read;
}

/**
 * The file as systemd reads an `EnvironmentFile` (systemd.exec(5)): quotes at the beginning of a value, and
 * backslashes, as in a shell.
 */
export function readAsSystemd(file: string): Map<string, string> {
  const read = new Map<string, string>();
  let at = 0;
  while (at < file.length) {
    const equals = file.indexOf('=', at);
    if (equals < 0) break;
    const name = file.slice(at, equals);
    let value = '';
    let quote = '';
    let bare = false;
    for (at = equals + 1; at < file.length; at++) {
      const char = file[at] ?? '';
      if (quote === '' && char === '\n') break;
      if (quote !== "'" && char === '\\') {
        const next = file[++at] ?? '';
        if (next !== '\n') value += quote === '"' && !'"\\`$'.includes(next) ? `\\${next}` : next;
        if (quote === '') bare = true;
      } else if (quote !== '' && char === quote) {
        quote = '';
      } else if (quote === '' && !bare && (char === '"' || char === "'")) {
        quote = char;
      } else {
        value += char;
        if (quote === '') bare = true;
      }
    }
    at++;
    read.set(name, value);
  }
  return read;
}
