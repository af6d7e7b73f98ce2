import { join } from 'node:path';
import { pages, prose } from '../docs/markdown';
import { expectGolden } from '../helpers/golden';
import { experiments, questions } from './experiments';
import { page, today } from './page';
import { known } from './prove';
import { dollars } from './question';
import { sample, seen } from './seen';

const all = questions();
const ids = all.map(({ id }) => id);

/** The questions that a page's text refers to. */
const referred = (text: string) => [...text.matchAll(/proved-on-aws\.md#([\w-]+)/g)].map(([, id]) => id);

describe('the page of what is proved on AWS', () => {
  test('has every question, and no other: it is written from them', () => {
    expectGolden(join(__dirname, '..', '..', 'docs', 'proved-on-aws.md'), page(experiments(), known()));
  });

  test('has no answer to a question that is not asked', () => {
    expect(Object.keys(known()).filter((id) => !ids.includes(id))).toEqual([]);
  });

  test('says of each question what it has come to: open, an answer, or an answer against what the library assumes', () => {
    const [question] = all.filter(({ id }) => id === 'hook-list-keeps-the-drain-hook');
    const result = (verdict: 'settled-yes' | 'settled-no' | 'undecided') => ({
      [question.id]: { verdict, because: '', date: '2026-12-01', region: 'us-east-1', commit: 'abc' },
    });
    expect(today(question, {})).toBe('open');
    expect(today(question, result('undecided'))).toBe('open');
    expect(today(question, result('settled-yes'))).toBe('yes');
    expect(today(question, result('settled-no'))).toBe('**no**, against what the library assumes');
  });
});

describe('the guides rest on no open question without saying so', () => {
  const guides = pages().filter(({ path }) => path !== 'docs/proved-on-aws.md');
  const links = guides.map((guide) => ({ path: guide.path, ids: referred(prose(guide).join('\n')) }));

  test('every question that a guide refers to is asked', () => {
    expect(
      links.flatMap(({ path, ids: found }) =>
        found.filter((id) => !ids.includes(id)).map((id) => `${path}: ${id}`),
      ),
    ).toEqual([]);
  });

  test('every question is referred to by the pages that it names, and by no other', () => {
    const documented = all.flatMap(({ id, documented }) => documented.map((path) => `${path}: ${id}`));
    const found = links.flatMap(({ path, ids }) => [...new Set(ids)].map((id) => `${path}: ${id}`));
    expect(found.sort()).toEqual(documented.sort());
  });
});

describe('questions', () => {
  test('have different ids, each of which is also a heading of the page', () => {
    expect(new Set(ids).size).toBe(ids.length);
    const headings = [...ids, ...experiments().map(({ name }) => `the-experiment-${name}`)];
    expect(headings.filter((id) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(id))).toEqual([]);
    expect(new Set(headings).size).toBe(headings.length);
  });

  test('are questions, and what they assume and what settles them are sentences', () => {
    expect(all.filter(({ asks }) => !asks.endsWith('?')).map(({ id }) => id)).toEqual([]);
    const texts = all.flatMap(({ id, assumes, settledBy }) =>
      [assumes, ...Object.values(settledBy)].map((text) => ({ id, text })),
    );
    expect(texts.filter(({ text }) => !/^[A-Z`].*\.$/.test(text))).toEqual([]);
  });

  test('cost less than a dollar each run', () => {
    expect(experiments().filter((each) => dollars(each) >= 1)).toEqual([]);
  });
});

// Constructed observations, in the files of the questions: nothing was recorded on AWS yet.
describe('the judge of each question, on constructed observations', () => {
  test.each(all)('$id: answers yes and no', ({ judge, examples }) => {
    expect({ yes: judge(examples.yes), no: judge(examples.no) }).toEqual({
      yes: { verdict: 'settled-yes', because: expect.any(String) },
      no: { verdict: 'settled-no', because: expect.any(String) },
    });
  });

  test.each(all)('$id: is undecided when nothing was seen', ({ judge }) => {
    expect(judge(seen([])).verdict).toBe('undecided');
  });

  test.each(all)(
    '$id: is undecided when the run ended with its first look, at a stack that had nothing yet',
    ({ judge, examples }) => {
      const phase = examples.yes.samples[0]?.phase ?? 'deployed';
      expect(judge(seen([sample(phase, 0, { stack: 'CREATE_IN_PROGRESS', provider: false })])).verdict).toBe(
        'undecided',
      );
    },
  );
});
