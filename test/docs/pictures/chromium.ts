import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Mark } from './findings';
import { SELECTOR } from './svg-parts';

export const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** What the page does: it writes down where each part of each picture is. */
const LOOK = `
const pictures = [...document.querySelectorAll('svg')].map((svg) => {
  const card = svg.getBoundingClientRect();
  return [...svg.querySelectorAll('${SELECTOR}')].map((part) => {
    const { left, right, top, bottom } = part.getBoundingClientRect();
    return {
      kind: part.tagName === 'text' ? 'text' : 'shape',
      words: part.tagName === 'text' ? part.textContent : '',
      box: { left: left - card.left, right: right - card.left, top: top - card.top, bottom: bottom - card.top },
    };
  });
});
document.body.innerHTML = '';
document.body.append('RESULT' + btoa(unescape(encodeURIComponent(JSON.stringify(pictures)))) + 'END');
`;

/** Where Chromium draws each text and each shape of these pictures. */
export function drawnByChromium(svgs: readonly string[], env: NodeJS.ProcessEnv, work: string): Mark[][] {
  const folder = mkdtempSync(join(work, 'chromium-'));
  const file = join(folder, 'pictures.html');
  writeFileSync(
    file,
    `<!doctype html><meta charset="utf-8"><body>${svgs.map((svg) => `<div>${svg}</div>`).join('')}` +
      `<script>${LOOK}</script></body>`,
  );
  const flags = ['--headless', '--no-sandbox', '--disable-gpu', `--user-data-dir=${folder}`, '--dump-dom'];
  const page = execFileSync(CHROMIUM, [...flags, `file://${file}`], {
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 1 << 28,
  });
  const [, result] = /RESULT(.*)END/.exec(page) ?? [];
  if (result === undefined) throw new Error(`Chromium wrote no result: ${page.slice(0, 500)}`);
  return JSON.parse(Buffer.from(result, 'base64').toString('utf8'));
}
