import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { violations } from './rules';
import { allSentences, type Sentence } from './sentences';

const LIST = join(__dirname, 'exceptions.json');
/** What takes sentences from the list that are no longer there. It adds none. */
export const COMMAND = 'UPDATE_GOLDEN=1 npx jest test/docs/english';

/** Sentences by the rule that they break. A file may move and a sentence with it: neither makes a new one. */
export type Exceptions = Readonly<Record<string, readonly string[]>>;

/** A sentence that breaks a rule. */
export interface Found {
  readonly sentence: Sentence;
  readonly rule: string;
  readonly advice: string;
}

/** Everything that breaks a rule today. */
export function allFound(): Found[] {
  return allSentences().flatMap((sentence) =>
    violations(sentence.text, sentence.path).map(({ rule, advice }) => ({ sentence, rule, advice })),
  );
}

export function listedExceptions(): Exceptions {
  return JSON.parse(readFileSync(LIST, 'utf8'));
}

export function writeExceptions(exceptions: Exceptions): void {
  writeFileSync(LIST, `${JSON.stringify(exceptions, undefined, 2)}\n`);
}

/** How often each sentence breaks each rule. A copy of a listed sentence is one more. */
function counted(list: readonly (readonly [rule: string, text: string])[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [rule, text] of list) {
    const key = `${rule}\n${text}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

/** What is found and not listed, what is listed and not found, and what is both. */
export function compared(found: readonly Found[], listed: Exceptions) {
  const open = counted(
    Object.entries(listed).flatMap(([rule, texts]) => texts.map((text) => [rule, text] as const)),
  );
  const fresh: Found[] = [];
  const kept: Record<string, string[]> = {};
  for (const each of found) {
    const key = `${each.rule}\n${each.sentence.text}`;
    const left = open.get(key) ?? 0;
    if (left === 0) fresh.push(each);
    else {
      open.set(key, left - 1);
      kept[each.rule] = [...(kept[each.rule] ?? []), each.sentence.text];
    }
  }
  const gone = [...open].filter(([, left]) => left > 0).map(([key]) => key.replace('\n', ': '));
  const sorted = Object.fromEntries(
    Object.keys(kept)
      .sort()
      .map((rule) => [rule, kept[rule].sort()]),
  );
  return { fresh, gone, kept: sorted as Exceptions };
}
