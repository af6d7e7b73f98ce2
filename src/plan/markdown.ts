import type { Plan } from './plan';
import { imageWords, othersOf, otherWords, rollsOf, summary, tierWords, valuesOf, whyLines } from './words';

/** The plan for a pull request: tables, and the rest folded. Without values, unless they were asked for. */
export function markdownOf(plan: Plan): string {
  const values = valuesOf(plan);
  const parts = [
    `**${escaped(summary(plan))}**`,
    table(
      ['tier', 'nodes that run', 'why'],
      plan.tiers.map((tier) => [code(tier.name), strong(tier.verdict, tierWords(tier)), whyLines(tier)]),
    ),
    table(
      ['also', 'what happens', 'why'],
      othersOf(plan).map((one) => [
        `${one.kind} ${code(one.name)}`,
        strong(one.verdict, otherWords(one)),
        whyLines(one),
      ]),
    ),
    list(
      'What fails',
      plan.failures.map(({ text, certain }) => `${certain ? '' : 'Maybe: '}${text}`),
    ),
    list(
      'What a rollback lacks',
      plan.rollback.map(({ text }) => text),
    ),
    list('Images', plan.images.map(imageWords)),
    ...rollsOf(plan).map(({ names, lines }) =>
      folded(`How it rolls: ${names.map(escaped).join(', ')}`, bullets(lines)),
    ),
    values.length === 0 ? '' : folded('Values', fenced(values)),
    list('Notes', plan.notes),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

/** What Markdown and HTML would take for their own. */
const escaped = (text: string): string =>
  text.replace(/[\\*_[\]<>|~#]/g, (mark) => `\\${mark}`).replace(/\s+/g, ' ');

/** Text with its own backticks as code, and the rest escaped. */
const prose = (text: string): string =>
  text
    .replace(/\s+/g, ' ')
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith('`') && part.length > 1 ? part.replace(/\|/g, '\\|') : escaped(part)))
    .join('');

const code = (text: string): string => `\`${text.replace(/[`|\n]/g, ' ')}\``;
const strong = (verdict: string, words: string): string => (verdict === 'nothing' ? words : `**${words}**`);

function table(
  head: readonly string[],
  rows: readonly (readonly [string, string, readonly string[]])[],
): string {
  if (rows.length === 0) return '';
  return [
    `| ${head.join(' | ')} |`,
    `| ${head.map(() => '---').join(' | ')} |`,
    ...rows.map(([name, verdict, why]) => `| ${name} | ${verdict} | ${why.map(prose).join('<br>')} |`),
  ].join('\n');
}

const bullets = (lines: readonly string[]): string =>
  [...new Set(lines)].map((line) => `- ${prose(line)}`).join('\n');
const list = (title: string, lines: readonly string[]): string =>
  lines.length === 0 ? '' : `#### ${title}\n\n${bullets(lines)}`;
const folded = (title: string, body: string): string =>
  `<details><summary>${title}</summary>\n\n${body}\n\n</details>`;

/** A fence longer than any in the text. */
function fenced(lines: readonly string[]): string {
  const text = lines.join('\n');
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}diff\n${text}\n${fence}`;
}
