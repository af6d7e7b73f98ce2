import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { ImageUpdates, NodeReplacement } from '../../src';
import { TestStack } from '../helpers/estate';
import { seeds } from '../helpers/on-demand';
import { random } from '../roll/random';
import { type Ages, decisionOf, RELEASES, simulate } from './image-ages';

const stack = new TestStack();
const imageUpdates = ImageUpdates.scheduled({
  schedule: ScheduleExpression.cron({ hour: '3', minute: '0' }),
});
stack.cluster({ replacement: NodeReplacement.rolling({ imageUpdates }) });
const decide = decisionOf(stack.template);

const LAST = RELEASES[RELEASES.length - 1];

/** Days with a window: the first one, and then again after each of these pauses in turn. */
function windowsFrom(first: number, pauses: readonly number[]): number[] {
  const days: number[] = [];
  for (let day = first, turn = 0; day <= LAST; turn += 1) {
    days.push(day);
    day += pauses[turn % pauses.length];
  }
  return days;
}

const NEVER = 1e9;
const WINDOWS: Record<string, number[]> = {
  'every day': [1],
  'Monday to Thursday': [1, 1, 1, 4],
  'once a week': [7],
};

/** A row of the guide's table: the worst of all days on which the first window may be. */
function row(name: string, ages: Ages): string {
  const pauses = WINDOWS[name];
  const week = pauses.reduce((all, one) => all + one);
  const all = Array.from({ length: week }, (_, first) =>
    simulate(decide, ages, { releases: RELEASES, windows: windowsFrom(first, pauses), published: 1 }),
  );
  const rolls = all.map((one) => one.rolls);
  const [least, most] = [Math.min(...rolls), Math.max(...rolls)];
  const behind = Math.max(...all.map((one) => one.behind));
  const { minimumAge, maximumAge } = ages;
  return (
    `| ${name} | ${minimumAge} | ${maximumAge === NEVER ? 'none' : maximumAge} | ${behind} | ` +
    `${least === most ? least : `${least} to ${most}`} |`
  );
}

test('the table of the guide is what the decision of the state machine makes of the releases of 2026', () => {
  const guide = readFileSync(join(__dirname, '..', '..', 'docs', 'image-updates.md'), 'utf8');
  const rows = Object.keys(WINDOWS).flatMap((name) => [
    row(name, { minimumAge: 3, maximumAge: NEVER }),
    row(name, { minimumAge: 3, maximumAge: 14 }),
    row(name, { minimumAge: 7, maximumAge: NEVER }),
    row(name, { minimumAge: 7, maximumAge: 14 }),
  ]);
  for (const each of rows) expect(guide).toContain(each);
});

test('an image is never older than its maximum age after a window, and never taken too young before', () => {
  for (let seed = 1; seed <= seeds(2_000, 200_000); seed += 1) {
    const next = random(seed);
    const upTo = (most: number) => next() * most;
    const releases = [0];
    for (let day = upTo(20); day < 200; day += 0.01 + upTo(20)) releases.push(day);
    const windows: number[] = [];
    // Some do not come: a freeze, a roll, an alarm.
    for (let day = upTo(7); day < 200; day += 0.5 + upTo(7)) if (next() < 0.8) windows.push(day);
    const minimumAge = upTo(15);
    const ages = { minimumAge, maximumAge: minimumAge + upTo(30) };
    const { left, taken } = simulate(decide, ages, { releases, windows, published: upTo(2) });
    const tooOld = left.filter((age) => age >= ages.maximumAge);
    const tooYoung = taken.filter(({ newest, ran }) => newest < minimumAge && ran < ages.maximumAge);
    expect([seed, tooOld, tooYoung]).toEqual([seed, [], []]);
  }
});
