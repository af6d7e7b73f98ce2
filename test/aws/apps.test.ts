import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { expectGolden } from '../helpers/golden';
import { experiments, synthesizable } from './experiments';
import type { Experiment } from './question';

const SNAPSHOTS = join(__dirname, 'snapshots');

/** The template of the first step, and what each later one changes of the one before. */
function templatesOf(experiment: Experiment): object {
  let before: Record<string, any> = {};
  const entries = experiment.steps.map((step, index) => {
    const template = Template.fromStack(synthesizable(experiment, step)).toJSON();
    const resources = template.Resources as Record<string, any>;
    const changed = Object.entries(resources).filter(
      ([id, resource]) => JSON.stringify(before[id]) !== JSON.stringify(resource),
    );
    const gone = Object.keys(before).filter((id) => !(id in resources));
    before = resources;
    return [step, index === 0 ? template : { changed: Object.fromEntries(changed), gone }];
  });
  return Object.fromEntries(entries);
}

/**
 * The only whole templates that tests hold: they show a reviewer what the next run on AWS will deploy. None
 * of it is a contract. When the library renders something else they are written again:
 * `UPDATE_GOLDEN=1 npx jest test/aws`.
 */
describe('the apps of aws:prove render what was reviewed', () => {
  const all = experiments();

  test.each(all)('$name', (experiment) => {
    expectGolden(
      join(SNAPSHOTS, `${experiment.name}.json`),
      `${JSON.stringify(templatesOf(experiment), undefined, 1)}\n`,
    );
  });

  test('and no snapshot is left of an app that is gone', () => {
    expect(readdirSync(SNAPSHOTS).sort()).toEqual(all.map(({ name }) => `${name}.json`).sort());
  });

  test('an unknown step is refused, with the known ones', () => {
    const roll = all.find(({ name }) => name === 'roll') as Experiment;
    expect(() => synthesizable(roll, 'later')).toThrow('roll has no step later, only before, after');
  });
});
