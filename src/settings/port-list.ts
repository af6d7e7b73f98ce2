import type { HostPortRange } from './agent-config';

/** Ports as the kernel writes lists of them: ascending, neighbors as one range, `8080,27017-27019`. */
export function formatPorts(ports: readonly number[]): string {
  const ranges: { fromPort: number; toPort: number }[] = [];
  for (const port of [...ports].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last !== undefined && port <= last.toPort + 1) last.toPort = port;
    else ranges.push({ fromPort: port, toPort: port });
  }
  return ranges
    .map(({ fromPort, toPort }) => (fromPort === toPort ? String(fromPort) : `${fromPort}-${toPort}`))
    .join(',');
}

/** The ranges of such a list; undefined where it is none that the kernel takes. */
export function parsePorts(text: string): HostPortRange[] | undefined {
  const ranges = text.split(',').map((part) => /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part)?.slice(1));
  if (ranges.includes(undefined)) return undefined;
  const ports = ranges.map(([from, to = from] = []) => ({ fromPort: Number(from), toPort: Number(to) }));
  return ports.every(({ fromPort, toPort }) => fromPort <= toPort && toPort <= 65535) ? ports : undefined;
}
