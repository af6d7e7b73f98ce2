/**
 * As far as names differ in nothing but how they are written: `ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION` and
 * `taskCleanupWaitDuration`.
 */
function plain(name: string): string {
  return name
    .toLowerCase()
    .replace(/^ecs_(engine_)?/, '')
    .replace(/_/g, '');
}

/** More than two slips make another word, and in a short one two already do. */
const MOST_SLIPS = 2;
const LETTERS_A_SLIP = 5;

/**
 * The known name that `name` is probably meant to be: the same, but for the way of writing or a typo of a
 * letter or two.
 */
export function nearMiss(name: string, known: readonly string[]): string | undefined {
  const written = plain(name);
  const slips = known.map((one) => {
    const other = plain(one);
    const isFar = Math.abs(other.length - written.length) > MOST_SLIPS;
    return isFar ? Number.POSITIVE_INFINITY : slipsBetween(written, other);
  });
  const least = Math.min(...slips);
  return least <= Math.min(MOST_SLIPS, written.length / LETTERS_A_SLIP)
    ? known[slips.indexOf(least)]
    : undefined;
}

/** The only one of the known names that has `part`, a word at least, in it. */
export function onlyOneWith(part: string, known: readonly string[]): string | undefined {
  const [one, ...others] = known.filter(
    (name) => part.length >= LETTERS_A_SLIP && plain(name).includes(plain(part)),
  );
  return others.length === 0 ? one : undefined;
}

/**
 * How many letters are missing, too many, wrong, or two of them swapped: Damerau and Levenshtein's distance,
 * each letter touched once.
 */
function slipsBetween(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      row[j] = Math.min(rows[i - 1][j] + 1, row[j - 1] + 1, rows[i - 1][j - 1] + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) row[j] = Math.min(row[j], rows[i - 2][j - 2] + 1);
    }
    rows.push(row);
  }
  return rows[a.length][b.length];
}
