import { nearMiss, onlyOneWith } from '../../src/private/near-miss';
import { AGENT_VARIABLES } from '../../src/settings/agent-variables';

const FIELDS = Object.keys(AGENT_VARIABLES);
const VARIABLES = Object.values(AGENT_VARIABLES).map(({ variable }) => variable);

test('each name means itself, however it is written', () => {
  expect(FIELDS.map((field) => nearMiss(field, FIELDS))).toEqual(FIELDS);
  expect(VARIABLES.map((variable) => nearMiss(variable.toLowerCase(), VARIABLES))).toEqual(VARIABLES);
});

test.each([
  ['a letter is missing', 'containerStopTimout'],
  ['a letter is too many', 'containerSttopTimeout'],
  ['a letter is wrong', 'containerStopTimaout'],
  ['two letters are swapped', 'contianerStopTimeout'],
  ['both', 'contianerStopTimout'],
])('a name is known where %s', (_, name) => {
  expect(nearMiss(name, FIELDS)).toBe('containerStopTimeout');
});

test.each(['contaiinerrStoopTimeout', 'timeout', 'ldLevel', ''])('%j is no near miss', (name) => {
  expect(nearMiss(name, FIELDS)).toBeUndefined();
});

test('a part means the only name that has it', () => {
  expect(onlyOneWith('stopTimeout', FIELDS)).toBe('containerStopTimeout');
  expect(onlyOneWith('timeout', FIELDS)).toBeUndefined();
  expect(onlyOneWith('xyzzy', FIELDS)).toBeUndefined();
  expect(onlyOneWith('stop', FIELDS)).toBeUndefined();
});
