/** What a field may be, from its row in the tables that also check it. */
import type { Bounds, Count, Unit, Value } from '../../src/private/value';
import type { TypeReference } from './assembly';

const DAY = 86_400;

function seconds(amount: number): string {
  const units: [number, string][] = [
    [DAY, 'day'],
    [3600, 'hour'],
    [60, 'minute'],
  ];
  for (const [size, name] of units) {
    const count = amount / size;
    // 24 hours, 90 minutes: what is small stays in the smaller unit.
    if (count >= 1 && Number.isInteger(count) && !(size === DAY && count === 1))
      return `${count} ${name}${count === 1 ? '' : 's'}`;
  }
  return amount > 0 && amount < 1 ? `${amount * 1000} ms` : `${amount} s`;
}

function amount(value: number, unit: Unit | undefined): string {
  if (unit === 's') return seconds(value);
  const number = value.toLocaleString('en-US');
  return unit === undefined ? number : `${number} ${unit}`;
}

function range({ min, max }: Bounds, unit?: Unit): string | undefined {
  if (min !== undefined && max !== undefined) {
    const [from, to] = [amount(min, unit), amount(max, unit)];
    const shared = /^\S+( .+)$/.exec(to)?.[1] ?? '';
    return `${shared !== '' && from.endsWith(shared) ? from.slice(0, -shared.length) : from} to ${to}`;
  }
  if (min !== undefined) return `at least ${amount(min, unit)}`;
  if (max !== undefined) return `at most ${amount(max, unit)}`;
  return undefined;
}

function counted({ named, min, max }: Count): string | undefined {
  const text = range({ min: min === 0 ? undefined : min, max });
  if (text === undefined) return undefined;
  const one = max === undefined && min === 1;
  return `${text} ${one ? named : named.replace(/y$/, 'ie').concat('s')}`;
}

/** One value, of a field or in a list. */
function single(value: Value<unknown>, type: TypeReference): string[] {
  const { members, boundsBy, bounds, unit, expected } = value;
  if (members !== undefined) {
    const known = Object.values(members);
    // Of several names for one value the first is the current one.
    const names = Object.keys(members).filter((name, index) => known.indexOf(members[name]) === index);
    return [`one of ${names.map((name) => `\`${name}\``).join(', ')}`];
  }
  if (type.primitive === 'string') return expected === 'a text' ? [] : [expected];
  // The bounds of a struct are those of its fields, which are documented with them.
  if (type.primitive !== 'number' && !/\.(Duration|Size)$/.test(type.fqn ?? '')) return [];
  const all = bounds === undefined ? undefined : range(bounds, unit);
  const each = Object.entries(boundsBy ?? {}).map(([name, those]) => `\`${name}\` ${range(those, unit)}`);
  return [...(all === undefined ? [] : [all]), ...each];
}

/** In words, or undefined where the type says all of it. */
export function allowedOf(value: Value<unknown>, type: TypeReference): string | undefined {
  const { item, count, bounds, unit } = value;
  const number = count === undefined ? undefined : counted(count);
  const parts = number === undefined ? [] : [number];
  if (type.collection === undefined) parts.push(...single(value, type));
  else {
    const ofItems =
      item === undefined
        ? [bounds === undefined ? undefined : range(bounds, unit)]
        : single(item, type.collection.elementtype);
    parts.push(...ofItems.filter((text) => text !== undefined).map((text) => `each ${text}`));
  }
  return parts.length === 0 ? undefined : parts.join('; ');
}
