import { Lazy, Stack } from 'aws-cdk-lib';
import { quoteForMessage } from '../../src/private/errors';
import { checkKind, checkKinds, checkMember, type Kind, requireKind } from '../../src/private/expected-type';

interface Wheel {
  readonly spokes: number;
}
const WHEEL: Kind<Wheel> = { name: 'a Wheel', member: 'spokes', instead: (quoted) => `new Wheel(${quoted})` };
const wheel: Wheel = { spokes: 36 };
const anything = (value: any): any => value;

test('what has the member that is used is of the kind, and what is left out is fine unless it is required', () => {
  checkKind('wheel', wheel, WHEEL);
  checkKind('wheel', undefined, WHEEL);
  checkKinds('wheels', [wheel, wheel], WHEEL);
  checkKinds('wheels', [], WHEEL);
  checkKinds('wheels', undefined, WHEEL);
  expect(() => requireKind('wheel', undefined, WHEEL)).toThrow(
    '`wheel` must be a Wheel, got: undefined (WrongKind)',
  );
});

test('a function is never an object of a kind, though it has members', () => {
  expect(() => checkKind('wheel', anything(Object.assign(() => wheel, wheel)), WHEEL)).toThrow(
    '(a function that was not called) (WrongKind)',
  );
});

test('how a text is written instead is said where it fits into a line of code', () => {
  const message = (value: unknown) => () => checkKind('wheel', anything(value), WHEEL);
  expect(message("28'")).toThrow("got: \"28'\". Write `new Wheel('28\\'')` (WrongKind)");
  expect(message('\\')).toThrow("Write `new Wheel('\\\\')`");
  expect(message('two\nlines')).toThrow(/got: "two\\nlines" \(WrongKind\)$/);
  expect(message('x'.repeat(81))).toThrow(/x" \(WrongKind\)$/);
  expect(message(Lazy.string({ produce: () => '28' }))).toThrow('Write `new Wheel(…)`');
});

test('an enum is told by its values, and a token is one that is not known yet', () => {
  enum Colour {
    RED = 'red',
    GREEN = 'green',
  }
  checkMember('colour', Colour.RED, 'Colour', Colour);
  checkMember('colour', undefined, 'Colour', Colour);
  checkMember('colour', Lazy.string({ produce: () => 'blue' }), 'Colour', Colour);
  expect(() => checkMember('colour', 'blue', 'Colour', Colour)).toThrow(
    '`colour` must be Colour.RED or Colour.GREEN, got: "blue" (WrongKind)',
  );
});

test('whatever it is, it can be shown', () => {
  const stack = new Stack(undefined, 'Estate');
  const circle: { self?: unknown } = {};
  circle.self = circle;
  const values = [
    stack,
    [stack, 1],
    circle,
    quoteForMessage,
    new Map(),
    { name: 'x' },
    null,
    undefined,
    Object.create(null),
  ];
  expect(values.map(quoteForMessage)).toEqual([
    'the construct "Estate"',
    '[the construct "Estate",1]',
    'an object',
    'quoteForMessage (a function that was not called)',
    'an object of the class Map',
    '{"name":"x"}',
    'null',
    'undefined',
    '{}',
  ]);
});
