import { join } from 'node:path';
import { expectGolden } from '../helpers/golden';
import type { Estate, Policy } from './model';
import { picture } from './picture';

const ESTATE: Estate = {
  nodes: 5,
  slots: 5,
  services: [
    { desired: 10, minHealthyPercent: 100, maxPercent: 200, protectedFor: 0 },
    { desired: 5, minHealthyPercent: 100, maxPercent: 200, protectedFor: 0 },
  ],
  bootTicks: [3, 4, 3, 5, 3],
  broken: [],
  spotLosses: [],
  placement: 'emptiest',
};
const POLICY: Policy = {
  minHealthyPercentage: 100,
  maxHealthyPercentage: 140,
  cordon: true,
  readinessGate: true,
  drains: true,
  termination: 'progressive',
};

test('the picture of the guide is what the model gives', () => {
  expectGolden(
    join(__dirname, '..', '..', 'docs', 'images', 'roll.svg'),
    picture('One roll of rolling({ maxHealthyPercentage: 140 }), with its cordon', ESTATE, POLICY),
  );
});
