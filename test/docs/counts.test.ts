import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BootstrapStep } from '../../src';
import { ALARMS, alarmsOf } from '../../src/operations/alarm-fields';
import { ROOT } from './markdown';

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

const NUMBERS = ['None', 'One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight', 'Nine'];

// A prose count goes wrong at the next alarm, and nothing else notices it.
test('ClusterAlarms says how many alarms a cluster has, and each tier', () => {
  const count = (on: string) => NUMBERS[alarmsOf({}).filter(({ alarm }) => alarm.on === on).length];
  const text = read('src/operations/cluster-alarms.ts');
  expect(text).toContain(`${count('cluster')} on the cluster`);
  expect(text).toContain(`${count('tier')} on each tier`);
});

test('the guide on operations has each alarm in its table', () => {
  const recipients = ['topic', 'alarmActions', 'okActions'];
  const rows = read('docs/operations.md')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split(' | ')[0]);
  const missing = ALARMS.names.filter(
    (name) => !recipients.includes(name) && !rows.some((row) => row.includes(`\`${name}\``)),
  );
  expect(missing).toEqual([]);
});

// The compiler asks each renderer for a case, but nobody for the factory or for the list in the docstring.
test('each kind of step has a factory of its name, and the docstring of `kind` lists it', () => {
  const found = [...read('src/bootstrap/private/step-node.ts').matchAll(/readonly kind: '(\w+)'/g)];
  const kinds = found.map(([, kind]) => kind);
  expect(kinds.length).toBeGreaterThan(3);
  expect(kinds.filter((kind) => !(kind in BootstrapStep))).toEqual([]);
  const [docstring = ''] =
    /[^/]+\n +\*\/\n {2}public readonly kind: /.exec(read('src/bootstrap/bootstrap-step.ts')) ?? [];
  expect(kinds.filter((kind) => !docstring.includes(`\`${kind}\``))).toEqual([]);
});
