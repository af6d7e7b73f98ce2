/** Markdown and SVG: what a pull request shows. */
import * as fc from 'fast-check';
import { markdownOf } from '../../src/plan/markdown';
import type { Plan, TierPlan } from '../../src/plan/plan';
import { svgOf } from '../../src/plan/svg';
import { contrast } from '../helpers/contrast';
import { planOf } from './deployment';
import { fleet } from './fleet';

const plan = planOf(fleet(), fleet({ type: 't3.large' }));
const named = (name: string): Plan => ({
  ...plan,
  tiers: plan.tiers.map((tier): TierPlan => ({ ...tier, name, template: name, role: name })),
});

/** Names with everything that Markdown, XML and terminals take for their own. */
const hostile = fc.string({
  unit: fc.constantFrom(
    'a',
    'W',
    '|',
    '<',
    '>',
    '&',
    '"',
    "'",
    '`',
    '*',
    '_',
    '\\',
    '\n',
    '[',
    ']',
    '(',
    '…',
    '語',
    '\u0007',
  ),
  minLength: 1,
  maxLength: 60,
});

describe('Markdown', () => {
  test('is a table of the tiers, and folds how it rolls', () => {
    expect(markdownOf(plan)).toBe(MARKDOWN);
  });

  test('keeps its rows whatever names and reasons are', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const reason = { ...plan.tiers[0].why[0], text };
        const markdown = markdownOf({
          ...plan,
          tiers: [{ ...plan.tiers[0], name: text, why: [reason], roll: undefined }],
        });
        const rows = markdown.split('\n').filter((line) => line.startsWith('|'));
        expect(rows).toHaveLength(3);
        for (const row of rows) expect(row.replace(/\\[|]/g, '').match(/\|/g)).toHaveLength(4);
      }),
    );
  });

  test('fences values with more backticks than they have', () => {
    const reason = { ...plan.tiers[0].why[0], before: 'a', after: '````\n<details>' };
    const markdown = markdownOf({ ...plan, tiers: [{ ...plan.tiers[0], why: [reason] }] });
    expect(markdown).toContain('`````diff');
  });
});

describe('the picture', () => {
  /** Texts and boxes, as a renderer without style sheets has them. */
  function read(svg: string) {
    const number = (attributes: string, name: string) =>
      Number(new RegExp(` ${name}="([\\d.]+)"`).exec(` ${attributes}`)?.[1]);
    const groups = [...svg.matchAll(/<g>(.*?)<\/g>/gs)].map(([, group]) => {
      const [, rectangle] = /<rect ([^>]*)\/>/.exec(group) ?? ['', ''];
      const texts = [...group.matchAll(/<text ([^>]*)>(.*?)<\/text>/g)].map(([, attributes, text]) => ({
        x: number(attributes, 'x'),
        y: number(attributes, 'y'),
        size: number(attributes, 'font-size'),
        letters: [...text.replace(/&\w+;/g, '?')].length,
      }));
      return {
        x: number(rectangle, 'x'),
        y: number(rectangle, 'y'),
        width: number(rectangle, 'width'),
        height: number(rectangle, 'height'),
        texts,
      };
    });
    const [, width, height] = /width="(\d+)" height="(\d+)" role/.exec(svg) ?? [];
    return { groups, width: Number(width), height: Number(height) };
  }

  test('has a box for the cluster, the tier, and the launch template, with what changes', () => {
    const svg = svgOf(plan);
    for (const text of [
      '>Cluster<',
      '>Cluster/Group<',
      '>rolled<',
      '>Template<',
      '>InstanceType<',
      '>0 to 30 nodes<',
    ])
      expect(svg).toContain(text);
  });

  test('is for light and dark pages, and draws the light one where style sheets are not read', () => {
    const svg = svgOf(plan);
    expect(svg).toContain('@media (prefers-color-scheme:dark)');
    expect(svg).toMatch(/<rect class="card"[^>]* fill="#fbfcfe"/);
    for (const [, attributes] of svg.matchAll(/<rect ([^>]*)>/g)) expect(attributes).toContain('fill="#');
    for (const forbidden of ['textLength', '<foreignObject', '<script', 'href', 'url('])
      expect(svg).not.toContain(forbidden);
  });

  test('has text on its boxes that is dark enough on light pages, and light enough on dark ones', () => {
    const [light, dark] = (/<style>(.*)<\/style>/.exec(svgOf(plan))?.[1] ?? '').split('@media');
    for (const scheme of [light, dark]) {
      const color = (pattern: RegExp) => pattern.exec(scheme)?.[1] as string;
      const texts = [color(/text\{fill:(#\w+)/), color(/\.line\{fill:(#\w+)/)];
      const surfaces = [...scheme.matchAll(/\.(?:card|calm|good|careful|bad)\{fill:(#\w+)/g)].map(
        ([, fill]) => fill,
      );
      expect(surfaces).toHaveLength(5);
      for (const text of texts)
        for (const surface of surfaces) expect(contrast(text, surface)).toBeGreaterThan(4.5);
    }
  });

  test('is well-formed, its texts fit into their boxes in wide fonts, and its boxes do not overlap', () => {
    fc.assert(
      fc.property(hostile, (name) => {
        const svg = svgOf(named(name));
        expect(svg.replace(/<(?:[^<>"]|"[^"<]*")*>/g, '')).not.toMatch(/[<]|&(?!amp;|lt;|gt;|quot;)/);
        expect(svg).not.toContain('\u0007');
        const { groups, width, height } = read(svg);
        for (const box of groups) {
          expect(box.x + box.width).toBeLessThanOrEqual(width);
          expect(box.y + box.height).toBeLessThanOrEqual(height);
          for (const text of box.texts) {
            // Wider than the average letter of the widest common fonts, such as Verdana.
            expect(text.x + text.letters * text.size * 0.7).toBeLessThanOrEqual(box.x + box.width);
            expect(text.y).toBeLessThan(box.y + box.height);
          }
        }
        for (const [at, one] of groups.entries())
          for (const other of groups.slice(at + 1)) {
            const apart =
              one.x + one.width <= other.x ||
              other.x + other.width <= one.x ||
              one.y + one.height <= other.y ||
              other.y + other.height <= one.y;
            expect(apart).toBe(true);
          }
      }),
    );
  });
});

const MARKDOWN = `**1 tier: rolled.**

| tier | nodes that run | why |
| --- | --- | --- |
| \`Cluster/Group\` | **rolled** | InstanceType of the launch template Template |

<details><summary>How it rolls: Cluster/Group</summary>

- nodes at one time: 2 × n, for n nodes now; at MaxSize 30: 60 nodes, 30 more
- batches: 1; at MaxSize: 1
- moves of a task: once as a rule. Nothing keeps tasks off old nodes while new ones join
- node hours above today's: surge × the hours that it takes: 30 for each hour at most
- could lose tasks: Without a gate, a node counts before it has joined: with a broken image, all old nodes go.

</details>
`;
