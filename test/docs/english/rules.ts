/** A word that has a better one: a row of the table of CONTRIBUTING.md. */
export interface Rule {
  /** The word to write, or what to do: the first column. */
  readonly write: string;
  /** What not to write, as the table shows it. */
  readonly not: string;
  readonly found: RegExp;
  /** The contexts in which the word is right. A match that lies inside of one of these is no violation. */
  readonly fine?: RegExp;
  /** The pages about something else that the word is right for. */
  readonly elsewhere?: RegExp;
}

/** The most words of a sentence. */
export const MAX_WORDS = 30;

/** The sandbox of the boots is a machine on a host. */
const BOOTS = /^test\/boot\//;

/** One word for one thing. */
export const GLOSSARY: readonly Rule[] = [
  {
    write: 'node',
    not: 'host',
    found: /\bhosts?\b/gi,
    fine: /\b(container|registry|docker|bastion|proxy|other|every) hosts?\b|\bhosts?[- ](ports?|names?|mode|network|keys?|header)\b|\bnetwork mode host\b|\bhosts?, (a )?domains?\b|\bhost:port\b/gi,
    elsewhere: BOOTS,
  },
  {
    write: 'node, or state machine',
    not: 'machine',
    found: /\bmachines?\b/gi,
    fine: /\bstate[- ]machines?\b|\bmachine images?\b|\b(virtual|your own|another|other|every) machines?\b|\bmachine-readable\b|\bmachine with\b/gi,
    elsewhere: BOOTS,
  },
  {
    write: 'node',
    not: 'instance of a tier, ECS instance',
    found:
      /\binstances? (of|in) ((a|an|the|this|that|each|its|their|your|one|every) )?(tiers?|clusters?)\b|\bECS instances?\b/gi,
    fine: /\bEC2 instances? of a tier\b/gi,
  },
  { write: 'tier', not: 'size of capacity', found: /\bsizes? of capacity\b/gi },
  {
    write: 'roll, rolling replacement, replace',
    not: 'rollout, roll out, roll over',
    found: /\broll-?outs?\b|\broll(s|ed|ing)? (out|over)\b/gi,
  },
  { write: 'gate', not: 'readiness hook', found: /\breadiness hooks?\b/gi },
  {
    write: 'cordon, hold; held',
    not: 'retire, retiring',
    found: /\bretir(e|es|ing)\b/gi,
    fine: /\b(AWS|EC2|Amazon) (will )?retires?\b/gi,
  },
  {
    write: 'drain',
    not: 'empty (a node)',
    found:
      /\bempt(y|ies|ied|ying) ((a|an|the|its|each|every|old) )+nodes?\b|\bnodes? (is|are|was|were) emptied\b/gi,
  },
  {
    write: 'repair',
    not: 'heal, fix (a node)',
    found: /\b(self-)?heal(s|ed|ing)?\b|\bfix(es|ed|ing)? ((a|an|the|its|each|every|broken) )+nodes?\b/gi,
  },
  { write: 'scale in, consolidate', not: 'shrink', found: /\b(shrinks?|shrank|shrunk|shrinking)\b/gi },
  {
    write: 'retired',
    not: 'cordoned (a tier)',
    found: /\bcordoned tiers?\b|\btiers? (is|are|was|were) cordoned\b/gi,
  },
  { write: 'fleet', not: 'estate', found: /\bestates?\b/gi },
  {
    write: 'join',
    not: 'come up, count (a node)',
    found:
      /\bnodes? (that )?(come|comes|came) up\b|\bnodes? counts? (only|once|as in)\b|\bcounts?( only)? once it has joined\b/gi,
  },
  { write: 'an error, a warning', not: 'aloud, speak of', found: /\baloud\b|\bspeaks? of\b/gi },
];

/** Words that a reader stumbles over. */
export const UNWANTED: readonly Rule[] = [
  {
    write: 'is configured with, gets',
    not: 'is told, tell (a node)',
    found: /\b(is|are|was|were|be|been|being) told\b|\btell(s|ing)? (a|an|the|each|its|every) nodes?\b/gi,
    fine: /\bbe told apart\b/gi,
  },
  { write: 'has no effect on any of them', not: 'reaches nobody', found: /\breach(es)? nobody\b/gi },
  { write: 'the subject: a user, an app', not: 'somebody, nobody', found: /\b(some|no)body\b/gi },
  { write: 'any, regardless of', not: 'whatever', found: /\bwhatever\b/gi },
  {
    write: 'is',
    not: 'stands',
    found: /\bstands?\b/gi,
    fine: /\bstands? (for|in for|out)\b|\bstand-(alone|ins?|by)\b/gi,
  },
  { write: 'also; next to', not: 'besides, beside', found: /\bbesides?\b/gi },
  { write: 'its own, separate', not: 'of its own', found: /\bof (its|their|one['’]s) own\b/gi },
  { write: 'weekend', not: 'week-end', found: /\bweek-ends?\b/gi },
  { write: 'correct, repair', not: 'mend', found: /\bmend(s|ed|ing)?\b/gi },
  { write: 'calculate, expect', not: 'reckon', found: /\breckon(s|ed|ing)?\b/gi },
  { write: 'best-effort', not: 'at best', found: /\bat best\b/gi },
  { write: 'silently', not: 'without a word', found: /\bwithout a word\b/gi },
  {
    write: 'a warning says, warn about',
    not: 'warned of',
    found: /\bwarn(s|ed)? of\b/gi,
  },
  { write: 'the first N', not: 'the first so many', found: /\bfirst so many\b/gi },
];

/** What is wrong with a sentence: what was found, and what to do instead. */
export interface Violation {
  /** The name under which exceptions are listed: what not to write. */
  readonly rule: string;
  readonly advice: string;
}

/** A name such as `step-of-a-path` is no English. */
const NAME = /\b\w+(-\w+){2,}\b/g;

/** The parts of a sentence in which a word is as it should be. */
function fineParts(sentence: string, fine: RegExp | undefined): [number, number][] {
  return [NAME, ...(fine === undefined ? [] : [fine])].flatMap((each) =>
    [...sentence.matchAll(each)].map(({ index, 0: { length } }): [number, number] => [index, index + length]),
  );
}

/** A sentence's words; code counts as one, and a dash as none. */
export function wordsOf(sentence: string): number {
  return sentence.split(/\s+/).filter((word) => /[\p{L}\p{N}…]/u.test(word)).length;
}

/** The rules that a sentence of a file breaks. Its code is `…`, which no rule looks into. */
export function violations(sentence: string, path = ''): Violation[] {
  const broken = [...GLOSSARY, ...UNWANTED].flatMap(({ write, not, found, fine, elsewhere }): Violation[] => {
    if (elsewhere?.test(path)) return [];
    const parts = fineParts(sentence, fine);
    const word = [...sentence.matchAll(found)].find(
      ({ index, 0: { length } }) => !parts.some(([from, to]) => from <= index && index + length <= to),
    );
    return word === undefined ? [] : [{ rule: not, advice: `'${word[0]}': write '${write}'` }];
  });
  const words = wordsOf(sentence);
  if (words <= MAX_WORDS) return broken;
  return [
    ...broken,
    {
      rule: LONG,
      advice: `${words} words: make it sentences of at most ${MAX_WORDS}, one thought in each`,
    },
  ];
}

/** The name of the rule on the length of sentences. */
export const LONG = `over ${MAX_WORDS} words`;
