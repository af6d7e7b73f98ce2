import { isIPv4, isIPv6 } from 'node:net';
import { type Duration, Fn, type Size, Token, Tokenization } from 'aws-cdk-lib';
import * as bounds from '../private/bounds';
import { fail, quoteForMessage } from '../private/errors';
import { isPlain } from '../private/expected-type';
import { RENDERED, Struct } from '../private/fields';
import type { Bounds, Value } from '../private/value';
import type { HostPortRange, TaskMetadataRpsLimit } from './agent-config';
import { hostPortRange } from './host-ports';
import { checkOneLine } from './one-line';

/** The code of every refusal of an agent variable. */
export const CODE = 'InvalidAgentConfig';

/** How one kind of value is checked and written. */
export interface AgentValue<T> extends Value<T> {
  readonly kind: string;
  /** The members of an enum. */
  readonly values?: readonly string[];
  render(value: T): string;
}

const PORT: Bounds = { min: 1, max: 65535 };

/** The longest that Go's `time.Duration`, nanoseconds in 64 bits, can be: 292 years. */
const LONGEST: Bounds = { max: 9_223_372_036 };

const GO_UNITS: Record<string, string> = { millis: 'ms', seconds: 's', minutes: 'm', hours: 'h' };

/** A duration as Go's `time.ParseDuration` reads it, in the largest unit that it is a whole number of. */
export function goDuration(value: Duration): string {
  if (value.isUnresolved()) return value.formatTokenToNumber().replace(/ \w+$/, GO_UNITS[value.unitLabel()]);
  const milliseconds = Math.round(value.toMilliseconds({ integral: false }));
  if (milliseconds % 1000 !== 0) return `${milliseconds}ms`;
  const seconds = milliseconds / 1000;
  if (seconds % 60 !== 0 || seconds === 0) return `${seconds}s`;
  return seconds % 3600 === 0 ? `${seconds / 3600}h` : `${seconds / 60}m`;
}

export function duration(within: Bounds = {}): AgentValue<Duration> {
  const inBounds = bounds.duration(CODE, within);
  return {
    ...inBounds,
    kind: 'duration',
    check(field, value) {
      inBounds.check(field, value);
      if (value.isUnresolved()) {
        // Go has no unit for days, and an unknown number cannot be multiplied.
        if (!(value.unitLabel() in GO_UNITS))
          fail(CODE, `\`${field}\` must not be a token in ${value.unitLabel()}: use hours`);
        return;
      }
      bounds.duration(CODE, LONGEST).check(field, value);
      const milliseconds = value.toMilliseconds({ integral: false });
      // 1.1 s are 1100.0000000000002 ms in floating point.
      if (Math.abs(milliseconds - Math.round(milliseconds)) > 1e-6) {
        fail(CODE, `\`${field}\` must be a duration in whole milliseconds, got: ${milliseconds} ms`);
      }
    },
    render: goDuration,
  };
}

/** Larger numbers are written as 1e+21, which is no integer to Go. */
const WRITTEN_IN_DIGITS: Bounds = { max: Number.MAX_SAFE_INTEGER };

export function integer(within: Bounds): AgentValue<number> {
  const inBounds = bounds.wholeNumber(CODE, within);
  return {
    ...inBounds,
    kind: 'integer',
    check(field, value) {
      inBounds.check(field, value);
      bounds.wholeNumber(CODE, WRITTEN_IN_DIGITS).check(field, value);
    },
    render: Tokenization.stringifyNumber,
  };
}

export function mebibytes(within: Bounds): AgentValue<Size> {
  const inBounds = bounds.size(CODE, 'MiB', within);
  return {
    ...inBounds,
    kind: 'mebibytes',
    check(field, value) {
      inBounds.check(field, value);
      bounds.size(CODE, 'MiB', WRITTEN_IN_DIGITS).check(field, value);
    },
    render: (value) => Tokenization.stringifyNumber(value.toMebibytes()),
  };
}

export function flag(): AgentValue<boolean> {
  return {
    expected: 'true or false',
    kind: 'flag',
    check(field, value) {
      // To Go, "yes" or 1.0 is not a boolean; only JavaScript lets such a value come this far.
      if (typeof value !== 'boolean')
        fail(CODE, `\`${field}\` must be true or false, got: ${quoteForMessage(value)}`);
    },
    render: String,
  };
}

/** One of the values of a closed enum. */
export function oneOf<T extends string>(values: Record<string, T>): AgentValue<T> {
  const known = Object.values(values);
  return {
    expected: `one of ${known.join(', ')}`,
    members: values,
    kind: 'enum',
    values: known,
    check(field, value) {
      if (!known.includes(value))
        fail(CODE, `\`${field}\` must be one of ${known.join(', ')}, got: ${quoteForMessage(value)}`);
    },
    render: (value) => value,
  };
}

export function text(pattern: RegExp, rule: string): AgentValue<string> {
  const matching = bounds.text(CODE, pattern, rule);
  return {
    ...matching,
    kind: 'text',
    check(field, value) {
      checkOneLine(CODE, field, value);
      matching.check(field, value);
    },
    render: (value) => value,
  };
}

function checkItems<T>(field: string, items: T[], check: (field: string, item: T) => void): void {
  if (!Array.isArray(items)) fail(CODE, `\`${field}\` must be a list, got: ${quoteForMessage(items)}`);
  if (Token.isUnresolved(items)) return;
  items.forEach((item, index) => {
    check(`${field}[${index}]`, item);
  });
}

/** A list that the agent splits at commas and trims nothing of. */
export function commaList(rule: string): AgentValue<string[]> {
  const item = text(/^[^\s,"'\\]+$/, rule);
  return {
    expected: `a list, each item ${item.expected}`,
    item,
    kind: 'list',
    check: (field, value) => checkItems(field, value, item.check),
    // Fn.join also takes a list that is a token as a whole.
    render: (value) => (Token.isUnresolved(value) ? Fn.join(',', value) : value.join(',')),
  };
}

/** A JSON list of ports. The agent takes an empty one for an unset one, which `emptyIsUnset` refuses. */
export function ports(emptyIsUnset: boolean): AgentValue<number[]> {
  const port = bounds.wholeNumber(CODE, PORT);
  return {
    expected: `a list, each item ${port.expected}`,
    item: port,
    bounds: PORT,
    kind: 'ports',
    check(field, value) {
      checkItems(field, value, port.check);
      if (emptyIsUnset && value.length === 0) {
        fail(
          CODE,
          `\`${field}\` must have at least one port: the agent takes an empty list for none given, and ` +
            'uses its own',
        );
      }
    },
    render: (value) => `[${value.map((port) => Tokenization.stringifyNumber(port)).join(',')}]`,
  };
}

function isCidr(value: string): boolean {
  const [, address = '', prefix = ''] = /^([^/%]+)\/(0|[1-9][0-9]{0,2})$/.exec(value) ?? [];
  return (isIPv4(address) && Number(prefix) <= 32) || (isIPv6(address) && Number(prefix) <= 128);
}

/** A JSON list of IP prefixes, as Go's `net.ParseCIDR` reads them. */
export function cidrs(): AgentValue<string[]> {
  return {
    expected: 'a list, each item an IPv4 or IPv6 prefix as 10.0.15.0/24',
    kind: 'cidrs',
    check(field, value) {
      checkItems(field, value, (itemField, item) => {
        checkOneLine(CODE, itemField, item);
        if (!Token.isUnresolved(item) && !isCidr(item)) {
          fail(
            CODE,
            `\`${itemField}\` must be an IPv4 or IPv6 prefix as 10.0.15.0/24, got: ${quoteForMessage(item)}`,
          );
        }
      });
    },
    render: (value) => (Token.isUnresolved(value) ? `["${Fn.join('","', value)}"]` : JSON.stringify(value)),
  };
}

export interface MapRules {
  readonly name: RegExp;
  readonly nameRule: string;
  /** Names that the pattern allows and others own. */
  readonly reservedName?: RegExp;
  readonly value?: { readonly pattern: RegExp; readonly rule: string };
  readonly maxEntries?: number;
  /**
   * Set where ecs-init reads the variable from its own environment: systemd has then taken one backslash
   * of each pair away.
   */
  readonly throughSystemd?: boolean;
}

function codeUnitOrder([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1;
}

// What JSON.stringify leaves as it is and a reader might take for the end of a line, or drop the value for.
const RISKY_IN_JSON = /[\u007f-\u009f\u2028\u2029]/g;

function jsonString(value: string): string {
  return JSON.stringify(value).replace(
    RISKY_IN_JSON,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Half a surrogate pair. Docker and the agent would read another character in its place. */
const HALF_A_CHARACTER = /\p{Cs}/u;

/**
 * A JSON object of strings, on one line, sorted by name: the order in which a map arrives differs from
 * language to language, and in Java from run to run.
 *
 * JSON.stringify leaves the marker of a token as it is. What the token resolves to is put in later,
 * unescaped. It must be JSON-safe by itself, and the docs of the fields say so (attributes and tags are,
 * whenever they are valid).
 */
export function jsonMap(rules: MapRules): AgentValue<Record<string, string>> {
  return {
    expected: 'a map of names to values',
    count: rules.maxEntries === undefined ? undefined : { max: rules.maxEntries, named: 'entry', code: CODE },
    kind: 'map',
    check(field, value) {
      // The characters of a text, and the numbers of a list, would become names.
      if (!isPlain(value))
        fail(CODE, `\`${field}\` must be a map of names to values, got: ${quoteForMessage(value)}`);
      const entries = Object.entries(value);
      if (rules.maxEntries !== undefined && entries.length > rules.maxEntries) {
        fail(CODE, `\`${field}\` must have at most ${rules.maxEntries} entries, got: ${entries.length}`);
      }
      for (const [name, entry] of entries) {
        // The marker of a token differs from run to run, and so would the order.
        if (Token.isUnresolved(name))
          fail(CODE, `\`${field}\` must have names that are known at synthesis, got a token`);
        if (!rules.name.test(name))
          fail(
            CODE,
            `\`${field}\` must have names that are ${rules.nameRule}, got: ${quoteForMessage(name)}`,
          );
        if (rules.reservedName?.test(name))
          fail(CODE, `\`${field}\` must not have the reserved name \`${name}\``);
        const entryField = `${field}.${name}`;
        if (typeof entry !== 'string')
          fail(CODE, `\`${entryField}\` must be a string, got: ${quoteForMessage(entry)}`);
        if (HALF_A_CHARACTER.test(name) || HALF_A_CHARACTER.test(entry)) {
          fail(
            CODE,
            `\`${field}\` must not have half a surrogate pair, which no text has: it was cut inside of a ` +
              `character, got: ${quoteForMessage(HALF_A_CHARACTER.test(name) ? name : entry)}`,
          );
        }
        if (rules.value) bounds.text(CODE, rules.value.pattern, rules.value.rule).check(entryField, entry);
      }
    },
    render(value) {
      const entries = Object.entries(value).sort(codeUnitOrder);
      // Not JSON.stringify of an object: that puts names that look like numbers first.
      const json = `{${entries.map(([name, entry]) => `${jsonString(name)}:${jsonString(entry)}`).join(',')}}`;
      return rules.throughSystemd ? json.replace(/\\/g, '\\\\') : json;
    },
  };
}

export function portRange(): AgentValue<HostPortRange> {
  return {
    ...hostPortRange(CODE),
    bounds: PORT,
    kind: 'portRange',
    render: ({ fromPort, toPort }) =>
      `${Tokenization.stringifyNumber(fromPort)}-${Tokenization.stringifyNumber(toPort)}`,
  };
}

const RATE = integer({ min: 1 });

export const RATES = new Struct<TaskMetadataRpsLimit>(
  'TaskMetadataRpsLimit',
  {
    steadyState: { value: RATE, required: true, to: RENDERED },
    burst: { value: RATE, required: true, to: RENDERED },
  },
  { such: '{ steadyState: 40, burst: 60 }' },
);

export function requestRate(): AgentValue<TaskMetadataRpsLimit> {
  return {
    expected: RATES.expected,
    bounds: RATE.bounds,
    kind: 'requestRate',
    check: (field, value) => RATES.check(field, value),
    render: ({ steadyState, burst }) => `${RATE.render(steadyState)},${RATE.render(burst)}`,
  };
}
