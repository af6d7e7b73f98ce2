import { join } from 'node:path';
import { inspect } from 'node:util';
import { App, CfnOutput, Lazy, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { EcsAutoScaledCluster, NodeBootstrap } from '../../src';
import { fail, inChild, inScope, quoteForMessage, ValidationError } from '../../src/private/errors';

const SRC = join(__dirname, '..', '..', 'src');

function caught(body: () => unknown): Error {
  try {
    body();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}

/** The message with its name, and the frames below it. */
function thrownBy(body: () => unknown): { message: string; frames: string[] } {
  const lines = caught(body).stack?.split('\n') ?? [];
  const isFrame = (line: string) => line.startsWith('    at ');
  return { message: lines.filter((line) => !isFrame(line)).join('\n'), frames: lines.filter(isFrame) };
}

describe('an error', () => {
  test('carries its code and the path of its construct in the message, since nothing else reaches the other languages', () => {
    const stack = new Stack(undefined, 'Estate');
    expect(() => fail('UnknownTier', '`thing` must be there', stack)).toThrow(
      '`thing` must be there (UnknownTier at Estate)',
    );
  });

  test('that knows no construct gets the path of the construct that asked', () => {
    const stack = new Stack(undefined, 'Estate');
    expect(() => inScope(stack, () => fail('UnknownTier', '`thing` must be there'))).toThrow(
      '(UnknownTier at Estate)',
    );
  });

  test.each([
    [new App(), 'Orders'],
    [new Stack(undefined, 'Estate'), 'Orders'],
    [new Stack(undefined, 'Estate'), 'a/b'],
  ])('of a construct that is not made yet has the path that it would have: %#', (scope, id) => {
    const path = new Construct(scope, id).node.path;
    expect(() => inChild(scope, id, () => fail('UnknownTier', 'no'))).toThrow(`no (UnknownTier at ${path})`);
  });

  test('keeps the innermost path', () => {
    const outer = new Stack(undefined, 'Outer');
    const inner = new Stack(outer, 'Inner');
    expect(() => inScope(outer, () => fail('UnknownTier', 'no', inner))).toThrow('at Outer/Inner)');
  });

  test('of somebody else passes through unchanged', () => {
    const error = new TypeError('theirs');
    expect(() =>
      inScope(new Stack(), () => {
        throw error;
      }),
    ).toThrow(error);
    expect(error).not.toBeInstanceOf(ValidationError);
  });

  test('begins its stack at the line that is to be mended, with none of the library above it', () => {
    const addBadTier = () => {
      const cluster = new EcsAutoScaledCluster(new Stack(undefined, 'Estate'), 'Orders', {
        vpc: new ec2.Vpc(new Stack(), 'Vpc'),
      });
      cluster.addTier('general', { minCapacity: -1, instanceTypes: [new ec2.InstanceType('m7i.large')] });
    };
    const { message, frames } = thrownBy(addBadTier);
    expect(message).toBe(
      'ValidationError: `minCapacity` must be a whole number of at least 0, got: -1 (InvalidCapacity ' +
        'at Estate/Orders/Tiers/general)',
    );
    expect(frames[0]).toMatch(/addBadTier \(.*errors\.test\.ts:\d+:\d+\)$/);
    expect(frames.filter((frame) => frame.includes(SRC))).toEqual([]);
  });

  test('keeps what CDK did in its stack', () => {
    const app = new App();
    new CfnOutput(new Stack(app, 'Estate'), 'Late', {
      value: Lazy.string({ produce: () => new NodeBootstrap({ clusterName: '!' }).render() }),
    });
    const { frames } = thrownBy(() => app.synth());
    expect(frames[0]).toContain(__filename);
    expect(frames.some((frame) => frame.includes('aws-cdk-lib'))).toBe(true);
  });

  test('shows as many frames as the app wants, after those that it leaves out', () => {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 2;
    try {
      const { frames } = thrownBy(() => fail('WrongKind', 'no'));
      expect(frames).toHaveLength(2);
      expect(frames[0]).toContain(__filename);
      expect(Error.stackTraceLimit).toBe(2);
    } finally {
      Error.stackTraceLimit = limit;
    }
  });

  test('that was given its path keeps the message and loses the frames as well', () => {
    const { message, frames } = thrownBy(() =>
      inScope(new Stack(undefined, 'Estate'), () => fail('SeveralClusters', 'one\ntwo')),
    );
    expect(message).toBe('ValidationError: one\ntwo (SeveralClusters at Estate)');
    expect(frames[0]).toContain(__filename);
  });

  test('leaves the stacks of others alone', () => {
    const theirs = thrownBy(() =>
      inScope(new Stack(), () => {
        throw new TypeError('theirs');
      }),
    );
    expect(theirs.frames.some((frame) => frame.includes(SRC))).toBe(true);
  });

  test('keeps a stack that the app makes something else of', () => {
    const { prepareStackTrace } = Error;
    Error.prepareStackTrace = (_error, sites) => sites;
    try {
      expect(() => fail('WrongKind', 'no')).toThrow('no (WrongKind)');
    } finally {
      Error.prepareStackTrace = prepareStackTrace;
    }
  });

  test('shows nothing but its stack where nobody catches it', () => {
    const error = caught(() => fail('UnknownTier', 'no', new Stack(undefined, 'Estate')));
    expect(inspect(error)).toBe(error.stack);
    expect(error).toMatchObject({ code: 'UnknownTier', text: 'no', path: 'Estate' });
  });

  test('shows a long value cut short', () => {
    expect(quoteForMessage('x'.repeat(500))).toHaveLength(118);
  });
});
