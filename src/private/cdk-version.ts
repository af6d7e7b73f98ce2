import type { IConstruct } from 'constructs';
import { fail } from './errors';

interface Versions {
  readonly floor: string;
  readonly loaded: string;
}

let versions: Versions | undefined;

/**
 * The range that npm and pip read, and the version of the aws-cdk-lib that this process has. Both
 * files are read once.
 */
function readVersions(): Versions {
  const { peerDependencies } = require('../../package.json') as {
    peerDependencies: Record<'aws-cdk-lib', string>;
  };
  const { version } = require('aws-cdk-lib/package.json') as { version: string };
  return { floor: peerDependencies['aws-cdk-lib'].replace(/^\D+/, ''), loaded: version };
}

/**
 * Refuses an aws-cdk-lib that is older than the library needs.
 *
 * A package manager does not always ensure that. Maven takes the version nearest to the app in its dependency
 * tree, and ignores what the library's pom asks for. Options of pip and npm skip the check
 * (`--no-deps`, `--legacy-peer-deps`). The app would then fail with a TypeError from within the library, or
 * later, at what the old version leaves out.
 */
export function checkCdkVersion(scope?: IConstruct): void {
  versions ??= readVersions();
  const { floor, loaded } = versions;
  if (isOlder(loaded, floor))
    fail('OldCdk', `\`aws-cdk-lib\` must be ${floor} or newer, got: ${loaded}`, scope);
}

/** By the numbers alone: a prerelease counts as what it leads to. 0.0.0 is a CDK built from its sources. */
export function isOlder(version: string, floor: string): boolean {
  const have = numbersOf(version);
  const need = numbersOf(floor);
  if (have.length < 3 || have.every((number) => number === 0)) return false;
  const differs = have.findIndex((number, index) => number !== need[index]);
  return differs >= 0 && have[differs] < need[differs];
}

function numbersOf(version: string): number[] {
  return (/^(\d+)\.(\d+)\.(\d+)/.exec(version) ?? []).slice(1).map(Number);
}
