/** The lines that differ, `-` for what goes and `+` for what comes, with one line around them. */
export function lineDiff(before: string, after: string, around = 1): string[] {
  const [old, fresh] = [before.split('\n'), after.split('\n')];
  const lines = compared(old, fresh);
  const shown = new Set<number>();
  lines.forEach((line, at) => {
    if (line.startsWith(' ')) return;
    for (let near = at - around; near <= at + around; near++) shown.add(near);
  });
  const result: string[] = [];
  lines.forEach((line, at) => {
    if (shown.has(at)) result.push(line);
    else if (shown.has(at - 1)) result.push('  …');
  });
  return result;
}

/** All lines, by the longest common subsequence. */
function compared(old: readonly string[], fresh: readonly string[]): string[] {
  let start = 0;
  while (start < old.length && start < fresh.length && old[start] === fresh[start]) start++;
  let [oldEnd, freshEnd] = [old.length, fresh.length];
  while (oldEnd > start && freshEnd > start && old[oldEnd - 1] === fresh[freshEnd - 1]) {
    oldEnd--;
    freshEnd--;
  }
  const middle = subsequence(old.slice(start, oldEnd), fresh.slice(start, freshEnd));
  const same = (lines: readonly string[]) => lines.map((line) => `  ${line}`);
  return [...same(old.slice(0, start)), ...middle, ...same(old.slice(oldEnd))];
}

function subsequence(old: readonly string[], fresh: readonly string[]): string[] {
  const lengths = Array.from({ length: old.length + 1 }, () => new Uint32Array(fresh.length + 1));
  for (let i = old.length - 1; i >= 0; i--)
    for (let j = fresh.length - 1; j >= 0; j--)
      lengths[i][j] =
        old[i] === fresh[j] ? lengths[i + 1][j + 1] + 1 : Math.max(lengths[i + 1][j], lengths[i][j + 1]);
  const lines: string[] = [];
  let [i, j] = [0, 0];
  while (i < old.length || j < fresh.length) {
    if (i < old.length && j < fresh.length && old[i] === fresh[j]) {
      lines.push(`  ${old[i++]}`);
      j++;
    } else if (j >= fresh.length || (i < old.length && lengths[i + 1][j] >= lengths[i][j + 1]))
      lines.push(`- ${old[i++]}`);
    else lines.push(`+ ${fresh[j++]}`);
  }
  return lines;
}
