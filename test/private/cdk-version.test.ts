import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as Library from '../../src';
import type * as CdkVersion from '../../src/private/cdk-version';
import { isOlder } from '../../src/private/cdk-version';

const manifest = JSON.parse(readFileSync(join(__dirname, '..', '..', 'package.json'), 'utf8'));
const FLOOR: string = manifest.devDependencies['aws-cdk-lib'];

/** A process of its own whose aws-cdk-lib says that it is of this version. */
function withCdk(version: string, body: (reads: jest.Mock) => void): void {
  jest.isolateModules(() => {
    const reads = jest.fn(() => ({ version }));
    jest.doMock('aws-cdk-lib/package.json', reads);
    try {
      body(reads);
    } finally {
      jest.dontMock('aws-cdk-lib/package.json');
    }
  });
}

function check(version: string): void {
  withCdk(version, () => {
    const { checkCdkVersion } = require('../../src/private/cdk-version') as typeof CdkVersion;
    checkCdkVersion();
  });
}

test('the floor is that of the range which npm and pip read, and the tests run on it', () => {
  expect(manifest.peerDependencies['aws-cdk-lib']).toBe(`^${FLOOR}`);
});

test.each(['2.262.9', '2.250.0', '2.100.0', '2.27.0', '2.0.0-rc.33', '1.300.0'])(
  'aws-cdk-lib %s is too old, by its numbers',
  (version) => {
    expect(isOlder(version, FLOOR)).toBe(true);
    expect(() => check(version)).toThrow(
      `\`aws-cdk-lib\` must be ${FLOOR} or newer, got: ${version} (OldCdk)`,
    );
  },
);

test.each([
  FLOOR,
  '2.263.1',
  '2.264.0-alpha.0',
  '2.1000.0',
  '3.0.0',
  '10.0.0',
  '0.0.0',
  '0.0.0-dev',
  'a fork',
])('aws-cdk-lib %s passes', (version) => {
  expect(isOlder(version, FLOOR)).toBe(false);
  expect(() => check(version)).not.toThrow();
});

test('an old aws-cdk-lib is refused by whatever an app makes first, and not when the library is loaded', () => {
  withCdk('2.250.0', (reads) => {
    const { EcsAutoScaledCluster, NodeBootstrap, NodeReplacement, NodeTemplate } =
      require('../../src') as typeof Library;
    const { App, Stack } = require('aws-cdk-lib') as typeof import('aws-cdk-lib');
    const ec2 = require('aws-cdk-lib/aws-ec2') as typeof import('aws-cdk-lib/aws-ec2');
    expect(reads).not.toHaveBeenCalled();

    const stack = new Stack(new App(), 'Estate');
    const vpc = new ec2.Vpc(stack, 'Vpc');
    const refused = `\`aws-cdk-lib\` must be ${FLOOR} or newer, got: 2.250.0 (OldCdk`;
    expect(() => new EcsAutoScaledCluster(stack, 'Orders', { vpc })).toThrow(`${refused} at Estate/Orders)`);
    expect(() =>
      EcsAutoScaledCluster.fromEcsAutoScaledClusterAttributes(stack, 'Imported', {
        vpc,
        clusterName: 'orders',
      }),
    ).toThrow(`${refused} at Estate/Imported)`);
    expect(
      () => new NodeTemplate(stack, 'Node', { instanceTypes: [new ec2.InstanceType('m7i.large')] }),
    ).toThrow(`${refused} at Estate/Node)`);
    expect(() => new NodeBootstrap()).toThrow(refused);
    expect(() => NodeReplacement.rolling()).toThrow(refused);
    expect(() => NodeReplacement.allAtOnce()).toThrow(refused);
    expect(reads).toHaveBeenCalledTimes(1);
  });
});
