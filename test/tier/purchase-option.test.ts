import { PurchaseOption, type SpotOptions } from '../../src';

describe('Spot', () => {
  test.each<[string, SpotOptions, string]>([
    [
      'a share of nothing',
      { onDemandPercentageAboveBaseCapacity: 100 },
      '`onDemandPercentageAboveBaseCapacity` must be below 100, got: 100. A tier that is all on demand ' +
        'has `PurchaseOption.onDemand()` (InvalidSpot',
    ],
    [
      'a price in words',
      { maxPrice: 'cheap' },
      '`maxPrice` must be a price in US dollars of at least 0.001, such as "0.05", got: "cheap"',
    ],
    [
      'a base below 0',
      { onDemandBaseCapacity: -1 },
      '`onDemandBaseCapacity` must be a whole number of at least 0, got: -1',
    ],
  ])('with %s is refused', (_what, options, message) => {
    expect(() => PurchaseOption.spot(options)).toThrow(message);
  });
});

test('a way to buy says whether it uses Spot', () => {
  expect(PurchaseOption.spot().usesSpot).toBe(true);
  expect(PurchaseOption.onDemand().usesSpot).toBe(false);
});
