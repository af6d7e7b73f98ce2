import { Duration, Lazy, Size } from 'aws-cdk-lib';
import { duration, percent, size, text, wholeNumber, wholeSeconds } from '../../src/private/bounds';

const anything = (value: unknown): any => value;

test.each([2.5, -1, 31, Number.NaN])('%p is refused where a whole number from 0 to 30 is wanted', (value) => {
  expect(() => wholeNumber('InvalidCapacity', { min: 0, max: 30 }).check('size', value)).toThrow(
    '`size` must be a whole number from 0 to 30, got: ',
  );
});

test('a number in a text is written without quotes', () => {
  expect(() => wholeNumber('InvalidCapacity').check('size', anything('10'))).toThrow(
    '`size` must be a whole number, got: "10". Write `10` (InvalidCapacity)',
  );
});

test('the bounds themselves pass, and what is not known yet', () => {
  for (const value of [0, 30, Lazy.number({ produce: () => 99 })])
    wholeNumber('InvalidCapacity', { min: 0, max: 30 }).check('size', value);
  duration('InvalidAlarm', { min: 1 }).check('wait', Duration.seconds(1));
  size('InvalidNodeVolume', 'GiB', { min: 8 }).check('disk', Size.gibibytes(8));
  text('InvalidTierName', /^[a-z]+$/, 'lower case').check('name', Lazy.string({ produce: () => '!' }));
});

test('a refusal names the field, the bound and the value', () => {
  expect(() => duration('InvalidAlarm', { min: 1 }).check('wait', Duration.millis(500))).toThrow(
    '`wait` must be a duration of at least 1 s, got: 0.5 s (InvalidAlarm)',
  );
  expect(() => wholeSeconds('InvalidAlarm').check('wait', Duration.millis(500))).toThrow(
    '`wait` must be a duration in whole seconds, got: 0.5 s (InvalidAlarm)',
  );
  expect(() => size('InvalidNodeVolume', 'GiB').check('disk', Size.mebibytes(1500))).toThrow(
    '`disk` must be a size in whole GiB, got: 1.46',
  );
  expect(() => text('InvalidTierName', /^[a-z]+$/, 'lower case').check('name', 'A')).toThrow(
    '`name` must be lower case, got: "A" (InvalidTierName)',
  );
});

test('a share of 1 is written in percent', () => {
  const share = percent('InvalidCapacity', { min: 0, max: 100 });
  expect(() => share.check('share', 0.29)).toThrow(
    '`share` must be a whole number of percent from 0 to 100, got: 0.29: 29 percent are written as ' +
      '29 (InvalidCapacity)',
  );
  expect(() => share.check('share', 101)).toThrow(/from 0 to 100, got: 101 \(InvalidCapacity\)$/);
  for (const value of [0, 100, Lazy.number({ produce: () => 99 })]) share.check('share', value);
});

test('long times are in hours and days', () => {
  expect(() =>
    duration('InvalidLifetime', { min: 86400, max: 31536000 }).check('wait', Duration.hours(1)),
  ).toThrow('`wait` must be a duration from 24 hours to 365 days, got: 1 hour (InvalidLifetime)');
});
