import * as ec2 from 'aws-cdk-lib/aws-ec2';
import {
  type CapacityReservationOptions,
  type InstanceTierOptions,
  NodeReplacement,
  NodeTemplate,
  PurchaseOption,
} from '../../src';
import { LARGE, only, SMALL, TestStack, tierStack, types } from '../helpers/estate';

const ID = 'cr-0123456789abcdef0';
const P5 = new ec2.InstanceType('p5.48xlarge');

describe('capacity reservations', () => {
  const specificationOf = (options?: CapacityReservationOptions) =>
    only(
      tierStack({ instanceTypes: [LARGE], purchase: PurchaseOption.capacityReservations(options) }).template,
      'AWS::AutoScaling::AutoScalingGroup',
    ).Properties.CapacityReservationSpecification;

  test('come first, and nodes on demand follow', () => {
    expect(specificationOf({ reservationIds: [ID] })).toEqual({
      CapacityReservationPreference: 'capacity-reservations-first',
      CapacityReservationTarget: { CapacityReservationIds: [ID] },
    });
  });

  test('may be all that there is, may be in resource groups, and may be any open one', () => {
    const arn = 'arn:aws:resource-groups:eu-central-1:123456789012:group/reserved';
    expect(specificationOf({ resourceGroupArns: [arn], onDemandFallback: false })).toEqual({
      CapacityReservationPreference: 'capacity-reservations-only',
      CapacityReservationTarget: { CapacityReservationResourceGroupArns: [arn] },
    });
    expect(specificationOf()).toEqual({ CapacityReservationPreference: 'capacity-reservations-first' });
  });

  test('go with several types, with a shared template and with a roll', () => {
    const purchase = PurchaseOption.capacityReservations({ reservationIds: [ID] });
    const replacement = NodeReplacement.rolling();
    expect(() => tierStack({ instanceTypes: [LARGE, SMALL], purchase, replacement }).template).not.toThrow();
    const stack = new TestStack();
    const template = new NodeTemplate(stack, 'Standard', { instanceTypes: [LARGE] });
    stack.cluster({ tiers: [{ name: 'general', template, purchase }] });
    expect(() => stack.template).not.toThrow();
  });

  test.each<[CapacityReservationOptions, string]>([
    [
      { reservationIds: ['reserved'] },
      '`reservationIds[0]` must be the id of a capacity reservation such as',
    ],
    [{ reservationIds: [] }, '`reservationIds` must have at least one reservation, or be left out'],
    [{ resourceGroupArns: ['reserved'] }, '`resourceGroupArns[0]` must be the ARN of a resource group'],
  ])('are refused by name: %j', (options, message) => {
    expect(() => PurchaseOption.capacityReservations(options)).toThrow(message);
  });
});

describe('a capacity block', () => {
  const block = (options: InstanceTierOptions = {}) =>
    tierStack({ instanceTypes: [P5], purchase: PurchaseOption.capacityBlock(ID), ...options });

  test('is in the launch template: the market, and the block', () => {
    const { LaunchTemplateData } = only(block().template, 'AWS::EC2::LaunchTemplate').Properties;
    expect(LaunchTemplateData).toMatchObject({
      InstanceType: 'p5.48xlarge',
      InstanceMarketOptions: { MarketType: 'capacity-block' },
      CapacityReservationSpecification: { CapacityReservationTarget: { CapacityReservationId: ID } },
    });
  });

  test.each([
    ['onNextLaunch()', NodeReplacement.onNextLaunch()],
    ['allAtOnce()', NodeReplacement.allAtOnce()],
    ['old nodes first', NodeReplacement.rolling({ minHealthyPercentage: 50, maxHealthyPercentage: 100 })],
  ])('replaces nodes with %s', (_what, replacement) => {
    expect(() => block({ replacement }).template).not.toThrow();
  });

  test.each([
    ['the defaults', NodeReplacement.rolling(), 'got: 200 and 100'],
    ['a surge of 110', NodeReplacement.rolling({ maxHealthyPercentage: 110 }), 'got: 110 and 100'],
    ['one at a time, new first', NodeReplacement.rolling({ maxHealthyPercentage: 100 }), 'got: 100 and 100'],
  ])(
    'has no instance to spare: with rolling() %s are refused, and the values that work are named',
    (_, replacement, got) => {
      expect(() => block({ replacement })).toThrow(
        `needs a \`maxHealthyPercentage\` of 100 and a \`minHealthyPercentage\` below it, ${got}`,
      );
      expect(() => block({ replacement })).toThrow(
        'Write `NodeReplacement.rolling({ minHealthyPercentage: 50, maxHealthyPercentage: 100 })` ' +
          '(InvalidPurchase at Estate/Orders/Tiers/general)',
      );
    },
  );

  test('is of one type, and not of a shared template', () => {
    expect(() => block({ instanceTypes: types('p5.48xlarge', 'p5e.48xlarge') })).toThrow(
      '`PurchaseOption.capacityBlock()` needs one instance type, that of the block, got: p5.48xlarge, p5e.48xlarge',
    );
    const stack = new TestStack();
    const template = new NodeTemplate(stack, 'Standard', { instanceTypes: [P5] });
    const purchase = PurchaseOption.capacityBlock(ID);
    expect(() => stack.cluster({ tiers: [{ name: 'general', template, purchase }] })).toThrow(
      '`PurchaseOption.capacityBlock()` excludes `template`',
    );
    expect(() => PurchaseOption.capacityBlock('p5')).toThrow('`reservationId` must be the id of a capacity');
  });
});
