import { NodeBootstrap } from '../../src';
import { ValidationError } from '../../src/private/errors';
import { type Parameter, type Property, structs, types } from '../helpers/assembly';
import { TestStack } from '../helpers/estate';
import { APPS } from './apps';
import { ALWAYS_REFUSED, CALLS, QUESTIONS } from './calls';
import { sampleOf } from './samples';
import { shown, wrongValuesFor } from './wrong-values';

/** What is wrong with the answer to a wrong value; undefined where it is refused as it should be. */
function complaint(names: readonly string[], body: () => unknown): string | undefined {
  try {
    body();
    return 'passes';
  } catch (error) {
    if (!(error instanceof ValidationError)) return `ends in ${error}`;
    const named = [...error.message.matchAll(/`([^`]*)`/g)].map(([, code]) => code);
    const isNamed = named.some((code) =>
      names.some((name) => new RegExp(`(^|[^\\w.]|\\.)${name}\\b`).test(code)),
    );
    return isNamed ? undefined : `is refused without its name: ${error.message}`;
  }
}

/** The answers to wrong values that are not as they should be. */
function complaints(names: readonly string[], wrong: readonly unknown[], use: (value: unknown) => unknown) {
  return wrong.flatMap((value) => {
    const found = complaint(names, () => use(value));
    return found === undefined ? [] : [`${names[0]}: ${shown(value)} ${found}`];
  });
}

const missing = ({ optional }: Property | Parameter) => (optional ? [] : [undefined, null]);

test.each(structs())('a field of $name of the wrong kind is refused by its name', ({ name, fields }) => {
  const found = fields.flatMap((field) => {
    const { value, beside, along } = sampleOf(name, field.name);
    const wrong = [...wrongValuesFor(field.type, value(new TestStack())), ...missing(field)];
    return complaints([field.name], wrong, (given) => {
      const stack = new TestStack();
      const others = typeof beside === 'function' ? beside(stack) : beside;
      APPS[name](stack, { ...others, ...along, [field.name]: given });
    });
  });
  expect(found).toEqual([]);
});

/** The constructors, factories and methods of the library, with their parameters. */
const functions = types()
  .filter((type) => type.kind === 'class')
  .flatMap((type) => [
    { name: `${type.name}.new`, parameters: type.initializer?.parameters ?? [] },
    ...(type.methods ?? []).map(({ name, parameters = [] }) => ({
      name: `${type.name}.${name}`,
      parameters,
    })),
  ])
  .filter(({ name, parameters }) => parameters.length > 0 && !ALWAYS_REFUSED.includes(name));

test.each(functions.filter(({ name }) => !QUESTIONS.includes(name)))(
  'an argument of $name of the wrong kind is refused by its name',
  ({ name, parameters }) => {
    if (CALLS[name] === undefined) throw new Error(`${name} has no call: give it one in calls.ts`);
    const found = parameters.flatMap((parameter, index) => {
      const wrong = [...wrongValuesFor(parameter.type, 'right'), ...missing(parameter)];
      return complaints([parameter.name, name.replace('.', '\\.')], wrong, (given) => {
        const { call, args } = CALLS[name](new TestStack());
        call(...args.slice(0, index), given, ...args.slice(index + 1));
      });
    });
    expect(found).toEqual([]);
  },
);

test.each(QUESTIONS)('%s answers for anything', (name) => {
  const { call } = CALLS[name](new TestStack());
  for (const anything of [undefined, null, 5, 'text', {}, [], () => 1]) expect(call(anything)).toBe(false);
});

test.each(ALWAYS_REFUSED)('%s is refused with any arguments', (name) => {
  const method = name.split('.')[1];
  for (const args of [[], [undefined], [5], ['text'], [{}]]) {
    const bootstrap: any = new NodeBootstrap();
    expect(() => bootstrap[method](...args)).toThrow(`${method} cannot `);
  }
});

/** Optional fields without which one of the apps cannot do. */
const NEEDED = ['instanceTypes', 'tiers', 'minCapacity'];

test.each(structs())('optional fields of $name that other languages pass as null are not set', (struct) => {
  const unset = struct.fields
    .filter(({ name, optional }) => optional && !NEEDED.includes(name))
    .map(({ name }) => [name, null]);
  const { name } = struct;
  expect(APPS[name](new TestStack(), Object.fromEntries(unset))).toBe(APPS[name](new TestStack(), {}));
});
