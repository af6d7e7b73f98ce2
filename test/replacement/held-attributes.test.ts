import { type InstanceTierOptions, NodeReplacement, NodeTemplate } from '../../src';
import { SMALL, TestStack } from '../helpers/estate';

const attributes = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_none, index) => [`a${index}`, 'x']));

function tier(options: InstanceTierOptions): () => unknown {
  return () => new TestStack().cluster({ tiers: [{ name: 'general', instanceTypes: [SMALL], ...options }] });
}

const CORDON = NodeReplacement.rolling({ cordon: true });

test('the mark of the cordon is one of the ten attributes of a node', () => {
  expect(tier({ agent: { instanceAttributes: attributes(10) }, replacement: CORDON })).toThrow(
    '`agent.instanceAttributes` must have at most 9 entries, got: 10: ECS takes 10 ' +
      'attributes a node, and the mark "held" is one of them. Leave one out, or set ' +
      '`NodeReplacement.rolling({ cordon: false })` (CordonAttributes at Estate/Orders/Tiers/general)',
  );
  expect(tier({ agent: { instanceAttributes: attributes(9) }, replacement: CORDON })).not.toThrow();
  expect(tier({ agent: { instanceAttributes: attributes(10) } })).not.toThrow();
  const without = NodeReplacement.rolling({ cordon: false });
  expect(tier({ agent: { instanceAttributes: attributes(10) }, replacement: without })).not.toThrow();
});

test('a shared template with ten attributes is refused by the tier that has the cordon', () => {
  const stack = new TestStack();
  const template = new NodeTemplate(stack, 'Standard', {
    instanceTypes: [SMALL],
    agent: { instanceAttributes: attributes(10) },
  });
  stack.cluster({ tiers: [{ name: 'general', template }] }, 'Without');
  expect(() =>
    stack.cluster({ tiers: [{ name: 'general', template, replacement: CORDON }] }, 'With'),
  ).toThrow('(CordonAttributes at');
});

test("an attribute may not have the name of the cordon's mark", () => {
  expect(tier({ agent: { instanceAttributes: { held: 'no' } } })).toThrow(
    '`agent.instanceAttributes` must not have the name "held": it says that a state machine of the library ' +
      'holds the node, and services may keep off nodes that have it (CordonAttributes at ' +
      'Estate/Orders/Tiers/general)',
  );
});
