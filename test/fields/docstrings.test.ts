import type { Bounds, Unit } from '../../src/private/value';
import { type Property, structs } from '../helpers/assembly';
import { TABLES } from './tables';

const DAY = 86_400;

/** How a docstring may write a bound, in its unit or in a larger one. */
function spellings(bound: number, unit: Unit | undefined): string[] {
  const written = (amount: number) => [String(amount), amount.toLocaleString('en-US')];
  const units: [number, string][] =
    unit === 's'
      ? [
          [0.001, 'ms|milliseconds?'],
          [1, 's|seconds?'],
          [60, 'min|minutes?'],
          [3600, 'h|hours?'],
          [DAY, 'days?'],
        ]
      : [[1, '']];
  return units
    .filter(
      ([size]) =>
        bound === 0 ||
        unit === undefined ||
        (bound / size >= 1 && Number.isInteger(Math.round((bound / size) * 1e6) / 1e6)),
    )
    .flatMap(([size]) => written(Math.round((bound / size) * 1e6) / 1e6))
    .concat(unit === 's' && bound % 3600 === 0 && bound === 3600 ? ['an hour', 'one hour'] : [])
    .concat(unit === 's' && bound === 60 ? ['a minute', 'one minute'] : [])
    .concat(unit === 's' && bound === DAY ? ['a day', 'one day'] : []);
}

function says(prose: string, bound: number, unit: Unit | undefined): boolean {
  return spellings(bound, unit).some((text) =>
    new RegExp(`(?<![\\d.,])${text.replace(/[.]/g, '\\.')}(?![\\d]|[.,]\\d)`).test(prose),
  );
}

/** All that a field's docstring says. */
function proseOf({ docs }: Property): string {
  return [docs?.summary, docs?.remarks, docs?.default].filter(Boolean).join(' ');
}

interface Row {
  readonly where: string;
  readonly prose: string;
  readonly bounds: Bounds;
  readonly unit?: Unit;
}

const ROWS: Row[] = structs().flatMap(({ name, fields }) =>
  fields.flatMap((field) => {
    const { value } = TABLES[name][field.name];
    const own = value.bounds ? [{ bounds: value.bounds, unit: value.unit }] : [];
    const items = value.item?.bounds ? [{ bounds: value.item.bounds, unit: value.item.unit }] : [];
    return [...own, ...items].map((one) => ({
      where: `${name}.${field.name}`,
      prose: proseOf(field),
      ...one,
    }));
  }),
);

test('many fields have bounds', () => {
  expect(ROWS.length).toBeGreaterThan(60);
});

test('the docstring of each field says the bounds that its row checks', () => {
  const silent = ROWS.flatMap(({ where, prose, bounds, unit }) =>
    [bounds.min, bounds.max]
      .filter((bound): bound is number => bound !== undefined && !says(prose, bound, unit))
      .map((bound) => `${where}: ${bound}${unit ? ` ${unit}` : ''} in: ${prose}`),
  );
  expect([...new Set(silent)]).toEqual([]);
});

test('the docstring of each field has the default that its row writes', () => {
  const wrong = structs().flatMap(({ name, fields }) =>
    fields.flatMap((field) => {
      const { default: own, implied } = TABLES[name][field.name];
      const value: unknown = own ?? implied;
      if (typeof value !== 'number' && typeof value !== 'boolean') return [];
      return new RegExp(`(?<![\\w.])${value}(?![\\w.]*\\w)`).test(field.docs?.default ?? '')
        ? []
        : [`${name}.${field.name}: ${value}, documented as: ${field.docs?.default}`];
    }),
  );
  expect(wrong).toEqual([]);
});
