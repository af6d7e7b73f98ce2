import { App, Duration, Lazy, Size, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { checkDuration, checkInteger, checkPattern, checkSize } from '../../src/private/checks';
import { fail, inChild, inScope, shown, ValidationError } from '../../src/private/errors';

describe('an error', () => {
  test('carries its code and the path of its construct in the message, since nothing else reaches the other languages', () => {
    const stack = new Stack(undefined, 'Estate');
    expect(() => fail('NoSuchThing', '`thing` must be there', stack)).toThrow('`thing` must be there (NoSuchThing at Estate)');
  });

  test('that knows no construct gets the path of the construct that asked', () => {
    const stack = new Stack(undefined, 'Estate');
    expect(() => inScope(stack, () => fail('NoSuchThing', '`thing` must be there'))).toThrow('(NoSuchThing at Estate)');
  });

  test.each([
    [new App(), 'Orders'],
    [new Stack(undefined, 'Estate'), 'Orders'],
    [new Stack(undefined, 'Estate'), 'a/b'],
  ])('of a construct that is not made yet has the path that it would have: %#', (scope, id) => {
    const path = new Construct(scope, id).node.path;
    expect(() => inChild(scope, id, () => fail('NoSuchThing', 'no'))).toThrow(`no (NoSuchThing at ${path})`);
  });

  test('keeps the innermost path', () => {
    const outer = new Stack(undefined, 'Outer');
    const inner = new Stack(outer, 'Inner');
    expect(() => inScope(outer, () => fail('NoSuchThing', 'no', inner))).toThrow('at Outer/Inner)');
  });

  test('of somebody else passes through unchanged', () => {
    const error = new TypeError('theirs');
    expect(() =>
      inScope(new Stack(), () => {
        throw error;
      }),
    ).toThrow(error);
    expect(error).not.toBeInstanceOf(ValidationError);
  });

  test('shows a long value cut short', () => {
    expect(shown('x'.repeat(500))).toHaveLength(118);
  });
});

describe('a check', () => {
  test.each([2.5, -1, 31, Number.NaN])('refuses %p where a whole number from 0 to 30 is wanted', (value) => {
    expect(() => checkInteger('Bad', 'size', value, { min: 0, max: 30 })).toThrow('`size` must be a whole number from 0 to 30, got: ');
  });

  test('passes the bounds themselves, what is not given, and what is not known yet', () => {
    for (const value of [0, 30, undefined, Lazy.number({ produce: () => 99 })]) checkInteger('Bad', 'size', value, { min: 0, max: 30 });
    checkDuration('Bad', 'wait', Duration.seconds(1), { min: 1 });
    checkSize('Bad', 'disk', Size.gibibytes(8), 'GiB', { min: 8 });
    checkPattern('Bad', 'name', Lazy.string({ produce: () => '!' }), /^[a-z]+$/, 'lower case');
  });

  test('names the field, the bound and the value', () => {
    expect(() => checkDuration('Bad', 'wait', Duration.millis(500), { min: 1 })).toThrow(
      '`wait` must be a duration of at least 1 s, got: 0.5 s (Bad)',
    );
    expect(() => checkSize('Bad', 'disk', Size.mebibytes(1500), 'GiB')).toThrow('`disk` must be a size in whole GiB, got: 1.46');
    expect(() => checkPattern('Bad', 'name', 'A', /^[a-z]+$/, 'lower case')).toThrow('`name` must be lower case, got: "A" (Bad)');
  });
});
