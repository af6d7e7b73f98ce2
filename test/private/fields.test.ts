import { Stack } from 'aws-cdk-lib';
import { wholeNumber } from '../../src/private/bounds';
import { anyText, flag, listOf } from '../../src/private/expected-type';
import {
  Destination,
  type Fields,
  formatFields,
  type InheritedFields,
  RENDERED,
  Struct,
} from '../../src/private/fields';

interface Frame {
  readonly color: string;
  readonly gears?: number;
  readonly bell?: boolean;
}
interface Bicycle extends Frame {
  readonly frames?: Frame[];
}
interface FactoryProps {
  readonly paint: string;
  readonly gears?: number;
}

const FACTORY = new Destination<FactoryProps>('Factory');
const CODE = 'InvalidCapacity';

const FRAME_FIELDS = {
  color: { value: anyText, required: true, combine: 'replace', to: FACTORY.field('paint') },
  gears: {
    value: wholeNumber(CODE, { min: 1, max: 24 }),
    default: 3,
    combine: (cluster: number, tier: number) => Math.max(cluster, tier),
    to: FACTORY.field('gears'),
  },
  bell: { value: flag, implied: true, combine: 'not inherited', to: RENDERED },
} satisfies InheritedFields<Frame>;

const FRAME = new Struct<Frame, typeof FRAME_FIELDS>('Frame', FRAME_FIELDS, {
  such: "{ color: 'red' }",
  formerNames: { horn: 'bell' },
});

const BICYCLE = new Struct<Bicycle>('Bicycle', {
  ...FRAME.fields,
  frames: { value: listOf(FRAME), to: RENDERED },
});

const anything = (value: unknown): any => value;
const read = (values: unknown) => () => FRAME.read('frame', anything(values));

test('a table without a row for a field does not compile, nor one that hands on what the destination does not take', () => {
  // @ts-expect-error Property 'bell' is missing
  const missing: Fields<Frame> = { color: FRAME_FIELDS.color, gears: FRAME_FIELDS.gears };
  // @ts-expect-error color is required
  const optional: Fields<Frame> = { ...FRAME_FIELDS, color: { value: anyText, to: RENDERED } };
  // @ts-expect-error a text is no number of gears
  const wrong: Fields<Frame> = { ...FRAME_FIELDS, bell: { value: flag, to: FACTORY.field('gears') } };
  // @ts-expect-error there is no such field
  expect(FACTORY.field('saddle')).toBeDefined();
  expect([missing, optional, wrong]).toHaveLength(3);
});

test('what is given is read without what is not set, and without what is no field', () => {
  expect(read({ color: 'red', gears: undefined, bell: null, wheels: 2 })()).toEqual({ color: 'red' });
});

test.each<[string, unknown, string]>([
  ['no object', 'red', '`frame` must be a Frame such as `{ color: \'red\' }`, got: "red" (WrongKind)'],
  ['a list', [], '`frame` must be a Frame such as'],
  ['nothing', undefined, "`frame` must be a Frame such as `{ color: 'red' }`, got: undefined (WrongKind)"],
  ['what is required left out', {}, '`color` must be a text, got: undefined (WrongKind)'],
  ['what is required null', { color: null }, '`color` must be a text, got: null (WrongKind)'],
  ['a wrong value', { color: 'red', gears: 25 }, '`gears` must be a whole number from 1 to 24, got: 25'],
  [
    'a misspelled field',
    { color: 'red', geers: 3 },
    '`geers` is no field of Frame: did you mean `gears`? (MisspelledField)',
  ],
  [
    'a misspelled field that is required',
    { colour: 'red' },
    '`colour` is no field of Frame: did you mean `color`?',
  ],
  [
    'a former name',
    { color: 'red', horn: true },
    '`horn` is no field of Frame: did you mean `bell`? (MisspelledField)',
  ],
])('%s is refused', (_what, values, message) => {
  expect(read(values)).toThrow(message);
});

test('a name that only looks like a field passes beside that field, and so does one that looks like none', () => {
  expect(read({ color: 'red', colour: 'rouge', geers: undefined, handlebar: 1 })()).toEqual({ color: 'red' });
});

test('a refusal inside of a list names its place, and the path of the construct', () => {
  const stack = new Stack(undefined, 'Workshop');
  const values = anything({ color: 'red', frames: [{ color: 'red' }, { color: 'blue', gears: 0 }] });
  expect(() => BICYCLE.read('bicycle', values, stack)).toThrow(
    '`frames[1].gears` must be a whole number from 1 to 24, got: 0 (InvalidCapacity at Workshop)',
  );
});

test('what the rows name is handed on, with its default and by the name that the destination has for it', () => {
  const handed: { paint: string; gears: number } = FRAME.handOver({ color: 'red', bell: true }, FACTORY);
  expect(handed).toEqual({ paint: 'red', gears: 3 });
  expect(FRAME.handOver({ color: 'red', gears: anything(null) }, FACTORY)).toEqual({
    paint: 'red',
    gears: 3,
  });
  expect(FRAME.handOver({ color: 'red' }, new Destination<FactoryProps>('Factory'))).toEqual({});
});

test('a tier has its own values, and for those that it inherits its cluster’s', () => {
  expect(FRAME.inherit({ color: 'red', bell: false }, anything({}))).toEqual({ color: 'red' });
  expect(FRAME.inherit({ color: 'red', gears: 7 }, { color: 'blue', gears: 3 })).toEqual({
    color: 'blue',
    gears: 7,
  });
  expect(FRAME.inherited({ color: 'red', gears: 7, bell: true }, { color: 'blue', gears: 3 })).toEqual([
    'gears',
  ]);
  expect(FRAME.inherited({ color: 'red' }, {})).toEqual(['color']);
});

test('fields are listed in the order of the table', () => {
  expect(formatFields(FRAME.set({ bell: true, color: 'red' }))).toBe('`color`, `bell`');
});
