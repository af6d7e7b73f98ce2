import { App, Size, Stack } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import { NodeTemplate, NodeVolume } from '../../src';
import { SMALL, TestStack } from '../helpers/estate';

const env = { account: '111122223333', region: 'eu-central-1' };
const ARN = 'arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';

function keyOf(stack: Stack, region = 'us-east-1'): kms.IKey {
  return kms.Key.fromKeyArn(stack, 'Key', ARN.replace('us-east-1', region));
}

test('a volume’s key of another region is refused: no instance would start', () => {
  const stack = new TestStack(new App(), 'Estate', { env });
  const volumes = [NodeVolume.root({ encryptionKey: keyOf(stack) })];
  const message =
    '`volumes`: `encryptionKey` must be of the region of the nodes (eu-central-1), got: one of us-east-1 ' +
    '(InvalidNodeVolume at Estate/Orders/Tiers/general)';
  expect(() => stack.cluster({ volumes })).toThrow(message);
});

test('it is refused where a shared template is used, in whose own region it may be', () => {
  const app = new App();
  const home = new Stack(app, 'Home', { env: { ...env, region: 'us-east-1' }, crossRegionReferences: true });
  const template = new NodeTemplate(home, 'Standard', {
    instanceTypes: [SMALL],
    volumes: [NodeVolume.additional('/dev/sdf', { size: Size.gibibytes(20), encryptionKey: keyOf(home) })],
  });
  const stack = new TestStack(app, 'Estate', { env, crossRegionReferences: true });
  expect(() => stack.cluster({ tiers: [{ name: 'general', template }] })).toThrow('(InvalidNodeVolume at');
});

test('so are the keys of ECS Exec and of managed storage', () => {
  const stack = new TestStack(new App(), 'Estate', { env });
  const key = keyOf(stack);
  expect(() => stack.cluster({ executeCommandConfiguration: { kmsKey: key } })).toThrow(
    '`executeCommandConfiguration.kmsKey` must be of the region of the cluster (eu-central-1), got: one of ' +
      'us-east-1 (KeyOfAnotherRegion at Estate/Orders)',
  );
  expect(() =>
    stack.cluster({ managedStorageConfiguration: { fargateEphemeralStorageKmsKey: key } }),
  ).toThrow('`managedStorageConfiguration.fargateEphemeralStorageKmsKey` must be of the region');
});

test('a key passes in its own region, as one of the app, and where a region is not known', () => {
  const stack = new TestStack(new App(), 'Estate', { env });
  stack.cluster({ volumes: [NodeVolume.root({ encryptionKey: keyOf(stack, 'eu-central-1') })] });
  stack.cluster({ volumes: [NodeVolume.root({ encryptionKey: new kms.Key(stack, 'Own') })] }, 'Search');
  const agnostic = new TestStack();
  agnostic.cluster({ volumes: [NodeVolume.root({ encryptionKey: keyOf(agnostic) })] });
  expect(() => stack.template).not.toThrow();
  expect(() => agnostic.template).not.toThrow();
});
