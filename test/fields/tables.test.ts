import { nearMiss } from '../../src/private/near-miss';
import { structs } from '../helpers/assembly';
import { TABLES } from './tables';

test('every struct of the public API has a table, and every table is of one', () => {
  expect(Object.keys(TABLES).sort()).toEqual(
    structs()
      .map(({ name }) => name)
      .sort(),
  );
});

test.each(structs())(
  'the table of $name has a row for each of its fields, and no other',
  ({ name, fields }) => {
    expect(Object.keys(TABLES[name]).sort()).toEqual(fields.map((field) => field.name).sort());
  },
);

// Or an object that has fields of both structs would be refused where it is given for one of them.
test('no field of a struct looks like another field of another struct, but for one that both need', () => {
  const alike = Object.entries(TABLES).flatMap(([struct, fields]) =>
    Object.entries(TABLES)
      // An AgentConfig refuses every name that it does not have.
      .filter(([other]) => other !== 'AgentConfig')
      .flatMap(([other, known]) =>
        Object.keys(fields).flatMap((field) => {
          const near = field in known ? undefined : nearMiss(field, Object.keys(known));
          return near === undefined ? [] : [`${struct}.${field} ~ ${other}.${near}`];
        }),
      ),
  );
  expect(alike.sort()).toEqual([
    'ConsolidationOptions.schedule ~ InstanceTierOptions.schedules',
    'ConsolidationOptions.schedule ~ InstanceTierProps.schedules',
    'EcsAutoScaledClusterProps.containerInsights ~ ExistingClusterProps.containerInsightsV2',
    'ImageUpdateOptions.schedule ~ InstanceTierOptions.schedules',
    'ImageUpdateOptions.schedule ~ InstanceTierProps.schedules',
    'InstanceTierOptions.schedules ~ ConsolidationOptions.schedule',
    'InstanceTierOptions.schedules ~ ImageUpdateOptions.schedule',
    'InstanceTierOptions.schedules ~ ScheduledOptions.schedule',
    'InstanceTierOptions.schedules ~ TierScheduleOptions.schedule',
    'InstanceTierProps.schedules ~ ConsolidationOptions.schedule',
    'InstanceTierProps.schedules ~ ImageUpdateOptions.schedule',
    'InstanceTierProps.schedules ~ ScheduledOptions.schedule',
    'InstanceTierProps.schedules ~ TierScheduleOptions.schedule',
    'RepairOptions.maxUnhealthyPercentage ~ RollingReplacementOptions.maxHealthyPercentage',
    'RollingReplacementOptions.maxHealthyPercentage ~ RepairOptions.maxUnhealthyPercentage',
    'ScheduledOptions.schedule ~ InstanceTierOptions.schedules',
    'ScheduledOptions.schedule ~ InstanceTierProps.schedules',
    'TierScheduleOptions.schedule ~ InstanceTierOptions.schedules',
    'TierScheduleOptions.schedule ~ InstanceTierProps.schedules',
  ]);
});
