import { CfnParameter, Size } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { TestStack } from '../helpers/estate';

const made = (reservedMemory: Size, ...types: string[]) => {
  const instanceTypes = types.map((type) => new ec2.InstanceType(type));
  return new TestStack().cluster({ tiers: [{ name: 'a', instanceTypes, agent: { reservedMemory } }] });
};

test('a reservation that is as large as a node is refused: the agent registers no memory', () => {
  expect(() => made(Size.gibibytes(4), 't3.small')).toThrow(
    '`agent.reservedMemory` must be less than the memory of each instance type, got: 4096 MiB with t3.small ' +
      '(2048 MiB). It is what the agent keeps from tasks for the system, not what tasks get ' +
      '(InvalidAgentConfig at Estate/Orders/Tiers/a/Template)',
  );
  expect(() => made(Size.gibibytes(2), 't3.small')).toThrow('got: 2048 MiB with t3.small');
  expect(() => made(Size.gibibytes(4), 't3.small', 'm7i.large', 't3.medium')).toThrow(
    '4096 MiB with t3.small (2048 MiB), t3.medium (4096 MiB)',
  );
});

test('less than that, and what is not known, passes', () => {
  expect(() => made(Size.mebibytes(256), 't3.small')).not.toThrow();
  expect(() => made(Size.mebibytes(2047), 't3.small')).not.toThrow();
  expect(() => made(Size.gibibytes(60), 'm99.large')).not.toThrow();
  const stack = new TestStack();
  const type = new ec2.InstanceType(new CfnParameter(stack, 'Type').valueAsString);
  const agent = { reservedMemory: Size.gibibytes(60) };
  expect(() => stack.cluster({ tiers: [{ name: 'a', instanceTypes: [type], agent }] })).not.toThrow();
});
