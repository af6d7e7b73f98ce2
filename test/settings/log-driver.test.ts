import { DEFAULT_LOG_DRIVERS, NodeLogDriver, renderLogDrivers } from '../../src/settings/log-driver';

const known = [
  'json-file',
  'syslog',
  'fluentd',
  'awslogs',
  'journald',
  'gelf',
  'splunk',
  'logentries',
  'sumologic',
  'awsfirelens',
  'none',
];

test('the constants are the drivers that the agent knows', () => {
  const constants = Object.values(NodeLogDriver).filter((value) => value instanceof NodeLogDriver);
  expect(constants.map(({ name }) => name)).toEqual(known);
});

test('the default is the four drivers of the recipe, as JSON', () => {
  expect(renderLogDrivers(DEFAULT_LOG_DRIVERS)).toBe('["json-file","syslog","fluentd","awslogs"]');
});

test('drivers keep the order in which they are given', () => {
  expect(renderLogDrivers([NodeLogDriver.NONE, NodeLogDriver.of('newer-2'), NodeLogDriver.AWSLOGS])).toBe(
    '["none","newer-2","awslogs"]',
  );
});

test.each(['', 'Awslogs', '2fast', '-a', 'a b', 'a"', 'a\n', 'a_b', 'a,b'])(
  '%j is no name of a driver',
  (name) => {
    expect(() => NodeLogDriver.of(name)).toThrow(
      '`NodeLogDriver.of` must be the name of a log driver: lower-case letters, digits and hyphens, a ' +
        `letter first, got: ${JSON.stringify(name)} (InvalidLogDriver)`,
    );
  },
);

test('a node without any driver is refused', () => {
  expect(() => renderLogDrivers([])).toThrow(
    '`logDrivers` must have at least one driver; leave it out for the default (InvalidLogDriver)',
  );
});

test('a driver that is given twice is refused, by whatever name it was made', () => {
  expect(() =>
    renderLogDrivers([NodeLogDriver.GELF, NodeLogDriver.AWSLOGS, NodeLogDriver.of('awslogs')]),
  ).toThrow('`logDrivers` must not have `awslogs` twice (InvalidLogDriver)');
});
