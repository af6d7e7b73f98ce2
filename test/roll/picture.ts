import { onCard } from '../helpers/palette';
import { type Estate, type Outcome, type Policy, roll } from './model';

const CELL = 26;
const LEFT = 92;
const TOP = 64;
const COLOURS = { old: 'gray', new: 'steelblue', draining: 'peru', pending: 'whitesmoke' };

/**
 * One roll of the model as a picture: nodes from top to bottom, time from left to right, and in each cell the
 * tasks that run on the node.
 */
export function picture(title: string, estate: Estate, policy: Policy): string {
  const { history, moves } = roll(estate, policy, true);
  const ids = [...new Set(history.flat().map((node) => node.id))].sort((a, b) => a - b);
  const width = Math.max(LEFT + history.length * CELL + 24, 640);
  const height = TOP + ids.length * CELL + 74;
  const text = (x: number, y: number, content: string, extra = '') =>
    `<text x="${x}" y="${y}" ${extra}>${content}</text>`;
  const cells = history.flatMap((nodes, tick) =>
    nodes.map((node) => {
      const [x, y] = [LEFT + tick * CELL, TOP + ids.indexOf(node.id) * CELL];
      const label =
        node.state === 'pending'
          ? ''
          : text(x + CELL / 2 - 1, y + 17, String(node.tasks), 'text-anchor="middle" fill="ghostwhite"');
      return (
        `<rect x="${x}" y="${y}" width="${CELL - 2}" height="${CELL - 2}" rx="3" ` +
        `${paint(colourOf(node))}/>${label}`
      );
    }),
  );
  const rows = ids.map((id) =>
    text(
      LEFT - 10,
      TOP + ids.indexOf(id) * CELL + 17,
      `${id < estate.nodes ? 'old' : 'new'} node ${(id % estate.nodes) + 1}`,
      'text-anchor="end"',
    ),
  );
  const legendY = TOP + ids.length * CELL + 26;
  const legend = [
    ['old', 'old node'],
    ['pending', 'starting'],
    ['new', 'new node'],
    ['draining', 'draining'],
  ].map(
    ([key, label], n) =>
      `<rect x="${16 + n * 150}" y="${legendY - 11}" width="13" height="13" rx="2" ` +
      `${paint(COLOURS[key as keyof typeof COLOURS])}/>${text(35 + n * 150, legendY, label)}`,
  );
  const tasks = estate.services.reduce((sum, service) => sum + service.desired, 0);
  const drawing = [
    '<g font-size="12">',
    text(16, 26, title, 'font-size="15" font-weight="600"'),
    text(
      16,
      46,
      `${tasks} tasks on ${estate.nodes} nodes; each was moved ` +
        `${Math.max(...moves) === 1 ? 'once' : `up to ${Math.max(...moves)} times`}, and ${tasks} ran at ` +
        'all times',
      'fill="dimgray"',
    ),
    ...rows,
    ...cells,
    ...legend,
    text(
      16,
      legendY + 26,
      'time runs to the right, a minute or so a column. From the model in test/roll, not measured on AWS.',
      'fill="dimgray"',
    ),
    '</g>',
  ].join('\n');
  return onCard(title, width, height, drawing);
}

/** What has only begun is hollow. */
const paint = (colour: string) =>
  `fill="${colour}" stroke="${colour === COLOURS.pending ? 'slategray' : colour}"`;

function colourOf(node: Outcome['history'][number][number]): string {
  if (node.state === 'pending') return COLOURS.pending;
  if (node.state === 'draining') return COLOURS.draining;
  return node.isNew ? COLOURS.new : COLOURS.old;
}
