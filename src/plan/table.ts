import type { Plan } from './plan';
import type { Style } from './styles';
import { toneOf } from './tones';
import { imageWords, othersOf, otherWords, rollsOf, summary, tierWords, valuesOf, whyLines } from './words';

/** The plan for a terminal. */
export function tableOf(plan: Plan, style: Style): string {
  const rows = plan.tiers.map((tier) => ({
    cells: [tier.name, tierWords(tier)],
    last: whyLines(tier),
    paint: paintOf(tier.verdict, style),
  }));
  const others = othersOf(plan).map((one) => ({
    cells: [`${one.kind} ${one.name}`, otherWords(one)],
    last: whyLines(one),
    paint: paintOf(one.verdict, style),
  }));
  const sections = [
    style.bold(summary(plan)),
    rows.length > 0 ? grid(['tier', 'nodes that run', 'why'], rows, style) : '',
    others.length > 0 ? grid(['also', 'what happens', 'why'], others, style) : '',
    ...rollsOf(plan).map(({ names, lines }) => list(`How it rolls: ${names.join(', ')}`, lines, style)),
    list(
      'What fails',
      plan.failures.map(({ text, certain }) => `${certain ? '' : 'maybe: '}${text}`),
      style,
      style.bad,
    ),
    list(
      'What a rollback lacks',
      plan.rollback.map(({ text }) => text),
      style,
      style.careful,
    ),
    list('Images', plan.images.map(imageWords), style),
    list('Values', valuesOf(plan), style),
    list('Notes', plan.notes, style),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

interface Row {
  readonly cells: readonly string[];
  /** The lines of the last column. */
  readonly last: readonly string[];
  readonly paint: (text: string) => string;
}

function grid(head: readonly string[], rows: readonly Row[], style: Style): string {
  const widths = [0, 1].map((column) =>
    Math.max(head[column].length, ...rows.map(({ cells }) => cells[column].length)),
  );
  const line = (first: string, second: string, last: string, paint = (text: string) => text) =>
    `  ${first.padEnd(widths[0])}  ${paint(second.padEnd(widths[1]))}  ${last}`.trimEnd();
  return [
    style.faint(line(head[0], head[1], head[2])),
    ...rows.flatMap(({ cells, last, paint }) => [
      line(cells[0], cells[1], last[0] ?? '', paint),
      ...last.slice(1).map((text) => line('', '', text)),
    ]),
  ].join('\n');
}

function list(title: string, lines: readonly string[], style: Style, paint = (text: string) => text): string {
  const unique = [...new Set(lines)];
  return unique.length === 0
    ? ''
    : [style.bold(title), ...unique.map((text) => `  ${paint(text)}`)].join('\n');
}

function paintOf(verdict: string, style: Style): (text: string) => string {
  const tone = toneOf(verdict);
  return style[tone === 'calm' ? 'good' : tone];
}
