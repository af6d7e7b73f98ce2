import { Lazy, Stack } from 'aws-cdk-lib';
import { quoteForMessage } from '../../src/private/errors';
import { flag, instance, listOf, mapOf, member } from '../../src/private/expected-type';

interface Wheel {
  readonly spokes: number;
}
const WHEEL = instance<Wheel>({
  name: 'a Wheel',
  member: 'spokes',
  instead: (quoted) => `new Wheel(${quoted})`,
});
const wheel: Wheel = { spokes: 36 };
const anything = (value: any): any => value;

test('what has the member that is used is of the kind', () => {
  WHEEL.check('wheel', wheel);
  listOf(WHEEL).check('wheels', [wheel, wheel]);
  listOf(WHEEL).check('wheels', []);
  expect(() => WHEEL.check('wheel', anything(undefined))).toThrow(
    '`wheel` must be a Wheel, got: undefined (WrongKind)',
  );
});

test('a function is never an object of a kind, though it has members', () => {
  expect(() => WHEEL.check('wheel', anything(Object.assign(() => wheel, wheel)))).toThrow(
    '(a function that was not called) (WrongKind)',
  );
});

test('how a text is written instead is said where it fits into a line of code', () => {
  const message = (value: unknown) => () => WHEEL.check('wheel', anything(value));
  expect(message("28'")).toThrow("got: \"28'\". Write `new Wheel('28\\'')` (WrongKind)");
  expect(message('\\')).toThrow("Write `new Wheel('\\\\')`");
  expect(message('two\nlines')).toThrow(/got: "two\\nlines" \(WrongKind\)$/);
  expect(message('x'.repeat(81))).toThrow(/x" \(WrongKind\)$/);
  expect(message(Lazy.string({ produce: () => '28' }))).toThrow('Write `new Wheel(…)`');
});

test('an enum is told by its values, and a token is one that is not known yet', () => {
  // Of two names for one value the first is the current one.
  const colour = member('Colour', { RED: 'red', GREEN: 'green', SCARLET: 'red' });
  colour.check('colour', 'red');
  colour.check('colour', anything(Lazy.string({ produce: () => 'blue' })));
  expect(() => colour.check('colour', anything('blue'))).toThrow(
    '`colour` must be Colour.RED or Colour.GREEN, got: "blue" (WrongKind)',
  );
});

test('a text is neither true nor false, whatever plain JavaScript takes it for', () => {
  flag.check('enabled', false);
  flag.check('enabled', anything(Lazy.any({ produce: () => true })));
  expect(() => flag.check('enabled', anything('false'))).toThrow(
    '`enabled` must be true or false, got: "false". Write `false` (WrongKind)',
  );
  expect(() => flag.check('enabled', anything(0))).toThrow(
    '`enabled` must be true or false, got: 0 (WrongKind)',
  );
});

test('one value in place of a list is put into brackets', () => {
  const wheels = listOf(WHEEL, { min: 1, max: 2, named: 'wheel', code: 'InvalidText' });
  const message = (value: unknown) => () => wheels.check('wheels', anything(value));
  expect(message(wheel)).toThrow('got: {"spokes":36}. Put it into brackets: `[…]` (WrongKind)');
  expect(message('28')).toThrow('got: "28". Write `[new Wheel(\'28\')]` (WrongKind)');
  expect(message([wheel, 1])).toThrow('`wheels[1]` must be a Wheel, got: 1 (WrongKind)');
  expect(message([])).toThrow('`wheels` must have at least one wheel, or be left out (InvalidText)');
  expect(message([wheel, wheel, wheel])).toThrow('`wheels` must have at most 2 wheels, got: 3 (InvalidText)');
});

test('the entries of a map are those of a plain object: a Map has none, and a list has numbers', () => {
  const wheels = mapOf(WHEEL);
  const message = (value: unknown) => () => wheels.check('wheels', anything(value));
  wheels.check('wheels', { front: wheel });
  wheels.check('wheels', Object.assign(Object.create(null), { front: wheel }));
  expect(message(new Map([['front', wheel]]))).toThrow(
    '`wheels` must be a map of names to values, each a Wheel, got: an object of the class Map (WrongKind)',
  );
  expect(message([wheel])).toThrow('`wheels` must be a map of names to values');
  expect(message({ front: 28 })).toThrow('`wheels.front` must be a Wheel, got: 28 (WrongKind)');
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
