import { TestStack } from '../../helpers/estate';
import { warningIds } from '../helpers';
import { SENDERS } from '../senders';

describe('the strategy of a target', () => {
  const START = '`capacityProviderStrategy` of "Estate/Sender" on the cluster "Estate/Orders" must ';
  const wrong = [{ capacityProvider: 'general', weight: 1 }];

  test('of a rule, a schedule and a pipe is refused as that of a service', () => {
    for (const make of SENDERS) {
      const stack = new TestStack();
      const cluster = stack.cluster();
      make(stack, cluster, { capacityProviderStrategy: wrong });
      expect(() => stack.template).toThrow(`${START}be of capacity providers, got: "general"`);
    }
  });

  test('beside a launch type is refused', () => {
    for (const make of SENDERS) {
      const stack = new TestStack();
      const cluster = stack.cluster();
      make(stack, cluster, {
        launchType: 'EC2',
        capacityProviderStrategy: [cluster.tier('general').strategy()],
      });
      expect(() => stack.template).toThrow(`${START}not be set together with a launch type`);
    }
  });

  test('that ECS takes passes, without a warning', () => {
    for (const make of SENDERS) {
      const stack = new TestStack();
      const cluster = stack.cluster();
      make(stack, cluster, { capacityProviderStrategy: [cluster.tier('general').strategy()] });
      expect(() => stack.template).not.toThrow();
      expect(warningIds(stack)).toEqual([]);
    }
  });
});
