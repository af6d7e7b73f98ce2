import { onCard } from './palette';

/** A node at one time. */
interface Cell {
  readonly id: number;
  readonly isNew: boolean;
  readonly state: 'booting' | 'held' | 'in service' | 'terminating';
  readonly draining: boolean;
  readonly tasks: number;
}

const CELL = 26;
const LEFT = 92;
const TOP = 64;

/** How a node looks in each of its states, and what the legend says. What has not begun is hollow. */
const LOOKS = {
  old: { label: 'old node', fill: 'gray', stroke: 'gray', digit: 'ghostwhite' },
  booting: { label: 'starts', fill: 'whitesmoke', stroke: 'slategray', digit: undefined },
  held: { label: 'has joined, held by the gate', fill: 'aliceblue', stroke: 'royalblue', digit: 'black' },
  new: { label: 'new node in service', fill: 'steelblue', stroke: 'steelblue', digit: 'ghostwhite' },
  draining: { label: 'drains', fill: 'peru', stroke: 'peru', digit: 'ghostwhite' },
} as const;
const LEGEND = [0, 100, 170, 370, 520];

/**
 * One roll as a picture: nodes from top to bottom, time from left to right, and in each cell the tasks that
 * run or start on the node.
 */
export function picture(
  title: string,
  subtitle: string,
  footnote: string,
  columns: readonly Cell[][],
): string {
  const old = new Set(columns.flat().flatMap(({ id, isNew }) => (isNew ? [] : [id])));
  const ids = [...new Set(columns.flat().map(({ id }) => id))].sort((a, b) => a - b);
  const width = Math.max(LEFT + columns.length * CELL + 24, 640);
  const height = TOP + ids.length * CELL + 74;
  const top = (id: number) => TOP + ids.indexOf(id) * CELL;
  const cells = columns.flatMap((nodes, column) =>
    nodes.map((node) => cell(node, LEFT + column * CELL, top(node.id))),
  );
  const rows = ids.map((id) =>
    text(
      LEFT - 10,
      top(id) + 17,
      old.has(id) ? `old node ${id + 1}` : `new node ${id - old.size + 1}`,
      'text-anchor="end"',
    ),
  );
  const below = TOP + ids.length * CELL + 26;
  const legend = Object.values(LOOKS).map(
    ({ label, fill, stroke }, at) =>
      `<rect x="${16 + LEGEND[at]}" y="${below - 11}" width="13" height="13" rx="2" fill="${fill}" ` +
      `stroke="${stroke}"/>${text(35 + LEGEND[at], below, label)}`,
  );
  const drawing = [
    '<g font-size="12">',
    text(16, 26, title, 'font-size="15" font-weight="600"'),
    text(16, 46, subtitle, 'fill="dimgray"'),
    ...rows,
    ...cells,
    ...legend,
    text(16, below + 26, footnote, 'fill="dimgray"'),
    '</g>',
  ].join('\n');
  return onCard(title, width, height, drawing);
}

const text = (x: number, y: number, content: string, extra = '') =>
  `<text x="${x}" y="${y}" ${extra}>${content}</text>`;

function cell(node: Cell, x: number, y: number): string {
  const { fill, stroke, digit } = LOOKS[lookOf(node)];
  const tasks =
    digit === undefined
      ? ''
      : text(x + CELL / 2 - 1, y + 17, String(node.tasks), `text-anchor="middle" fill="${digit}"`);
  return (
    `<rect x="${x}" y="${y}" width="${CELL - 2}" height="${CELL - 2}" rx="3" fill="${fill}" ` +
    `stroke="${stroke}"/>${tasks}`
  );
}

function lookOf({ isNew, state, draining }: Cell): keyof typeof LOOKS {
  if (draining) return 'draining';
  if (state === 'booting' || state === 'held') return state;
  return isNew ? 'new' : 'old';
}
