import { execFileSync } from 'node:child_process';
import type { Box, Mark } from './findings';
import { PARTS, partsOf } from './svg-parts';

/**
 * What librsvg draws of each text and each shape. It has no command that says where a text is, and it ignores
 * `textLength`. But it can write its drawing as SVG: every text is outlines there, in their place. A color of
 * its own for each part says which outlines are of which part.
 */
export function drawnByRsvg(svg: string, env: NodeJS.ProcessEnv): Mark[] {
  const input = painted(svg);
  const drawing = execFileSync('rsvg-convert', ['--format=svg'], {
    input,
    env,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const boxes = new Map<number, Box>();
  for (const [path] of drawing.matchAll(/<path\b[^>]*\/>/g)) {
    const [, ...colors] = /fill:rgb\(([\d.]+)%,([\d.]+)%,([\d.]+)%\)/.exec(path) ?? [];
    if (colors.length === 0) continue; // a line without a filling
    const number = colors.reduce((sum, percent) => sum * 256 + Math.round(Number(percent) * 2.55), 0);
    const box = outline(path);
    if (box !== undefined) boxes.set(number, around(boxes.get(number), box));
  }
  return partsOf(svg).map(({ kind, words }, at) => {
    const box = boxes.get(at + 1);
    if (box === undefined) throw new Error(`nothing is drawn of "${words}"`);
    return { kind, words, box };
  });
}

/** The picture with a color for each part: the first is 1, and black belongs to none. */
function painted(svg: string): string {
  let number = 0;
  return svg
    .replace(/<style>.*?<\/style>/gs, '')
    .replace(/<path\b[^>]*fill="none"[^>]*\/>/g, '')
    .replace(PARTS, (part) => {
      number += 1;
      const color = `fill="#${number.toString(16).padStart(6, '0')}"`;
      return part.replace(/ (?:fill|stroke|class)="[^"]*"/g, '').replace(/^<\w+/, `$& ${color}`);
    });
}

/** Around all points of a path. A point of a curve outside of it is close to it, in letters. */
function outline(path: string): Box | undefined {
  const [, d = ''] = / d="([^"]*)"/.exec(path) ?? [];
  const [, matrix = '1,0,0,1,0,0'] = / transform="matrix\(([^)]*)\)"/.exec(path) ?? [];
  const [a, b, c, e, dx, dy] = matrix.split(',').map(Number);
  if (b !== 0 || c !== 0) throw new Error(`a part is turned: ${matrix}`);
  let box: Box | undefined;
  for (const [, x, y] of d.matchAll(/(-?[\d.]+) (-?[\d.]+)/g)) {
    const [left, top] = [a * Number(x) + dx, e * Number(y) + dy];
    box = around(box, { left, right: left, top, bottom: top });
  }
  return box;
}

const around = (a: Box | undefined, b: Box): Box =>
  a === undefined
    ? b
    : {
        left: Math.min(a.left, b.left),
        right: Math.max(a.right, b.right),
        top: Math.min(a.top, b.top),
        bottom: Math.max(a.bottom, b.bottom),
      };
