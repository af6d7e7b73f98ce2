import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a reviewer does not like. */
export interface Finding {
  readonly reviewer: string;
  readonly rule: string;
  /** The path of the construct. */
  readonly where: string;
  readonly message: string;
}

/** What the reviewers that are plugins of the CDK have found in one app. */
export interface Review {
  readonly cdk: string;
  readonly findings: Finding[];
  /** The path of each resource, by template file and logical id. */
  readonly paths: Record<string, Record<string, string>>;
}

/** A row of the table in docs/security.md: these rules are not followed at these places, and why. */
interface Accepted {
  readonly rules: string[];
  readonly places: string[];
}

const DOCUMENT = join(__dirname, '..', '..', 'docs', 'security.md');

/** The table in docs/security.md: code spans of its first two columns; "…" in them stands for any text. */
export function acceptedFindings(): Accepted[] {
  const [, section = ''] = readFileSync(DOCUMENT, 'utf8').split('\n## Accepted findings\n');
  const rows = section
    .split('\n## ')[0]
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  return rows.map((row) => {
    const [rules, places, why = ''] = row.split(' | ');
    if (why.length < 20) throw new Error(`docs/security.md gives no reason in: ${row}`);
    return { rules: codeIn(rules), places: codeIn(places) };
  });
}

function codeIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code);
}

function matches(pattern: string, text: string): boolean {
  const parts = pattern.split('…').map((part) => part.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(text);
}

/** The findings that no row accepts. */
export function unexplained(findings: Finding[], accepted: Accepted[]): Finding[] {
  return findings.filter(
    ({ rule, where }) =>
      !accepted.some(
        ({ rules, places }) =>
          rules.some((one) => matches(one, rule)) && places.some((one) => matches(one, where)),
      ),
  );
}

/** The rules and places of rows that accept nothing that anybody has found. */
export function superfluous(findings: Finding[], accepted: Accepted[]): string[] {
  return accepted.flatMap(({ rules, places }) => {
    const met = findings.filter(
      ({ rule, where }) =>
        rules.some((one) => matches(one, rule)) && places.some((one) => matches(one, where)),
    );
    const name = `${rules[0]} at ${places[0]}`;
    return [
      ...rules
        .filter((one) => !met.some(({ rule }) => matches(one, rule)))
        .map((one) => `${one} (row ${name})`),
      ...places
        .filter((one) => !met.some(({ where }) => matches(one, where)))
        .map((one) => `${one} (row ${name})`),
    ];
  });
}
