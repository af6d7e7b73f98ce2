import { structs } from '../helpers/assembly';
import type { TestStack } from '../helpers/estate';
import { appWith } from './apps';
import { type Sample, sampleOf } from './samples';

const fieldsOf = (beside: Sample['beside'], stack: TestStack) =>
  typeof beside === 'function' ? beside(stack) : beside;

/** Apps without a field are mostly the same. */
const known = new Map<string, string>();

function appWithout(struct: string, { value, beside, isMade }: Sample): string {
  const make = () =>
    appWith(struct, (stack) => {
      if (isMade) value(stack);
      return { ...fieldsOf(beside, stack) };
    });
  if (isMade || typeof beside === 'function') return make();
  const key = `${struct} ${Object.keys(beside ?? {})}`;
  known.set(key, known.get(key) ?? make());
  return known.get(key) as string;
}

// A field that is declared, and that nothing reads, does nothing: no compiler tells, and no other test.
test.each(structs())('each field of $name changes the template, the user data or a warning', (struct) => {
  const silent = struct.fields
    .map(({ name }) => name)
    .filter((field) => {
      const sample = sampleOf(struct.name, field);
      const { value, beside, along } = sample;
      const app = appWith(struct.name, (stack) => {
        const given = value(stack);
        // What is next to it may have another value of the same field, which it is compared with.
        return { ...fieldsOf(beside, stack), [field]: given, ...along };
      });
      return app === appWithout(struct.name, sample);
    });
  expect(silent).toEqual([]);
});

test('an app is the same twice, or anything would have an effect', () => {
  for (const struct of ['EcsAutoScaledClusterProps', 'ClusterAlarmsOptions', 'RollingReplacementOptions'])
    expect(appWith(struct, () => ({}))).toBe(appWith(struct, () => ({})));
});
