import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { caught, jsonata, Steps, when } from '../steps';
import { telling } from '../telling';
import { findingOut } from './finding-out';
import { makingTheChange } from './making-the-change';
import { readingTheImages } from './reading-the-images';
import type { StackFacts } from './stack-facts';
import { waitingForTheRoll } from './waiting-for-the-roll';

/**
 * What happens in a window. Is anything in the way? Is there a newer image that is old enough? Would the
 * stack's own template change nodes only? Then CloudFormation deploys it, and the run waits for the end.
 *
 * A run that finds something in the way ends well: the next window looks again. A run fails where a person
 * has to do something. To start it twice does no harm: the second deployment finds the first.
 */
export function imageUpdateSteps(scope: Construct, facts: StackFacts): sfn.IChainable {
  const steps = new Steps(scope);
  const start = steps.set('A window begins', {
    topic: "''",
    groups: '[]',
    clusters: '[]',
    alarms: '[]',
    token: "''",
    isHeld: false,
    minimumAge: 0,
    maximumAge: 0,
    error: "''",
    message: "''",
  });
  const notNow = steps.end('Not now');
  const nothing = steps.end('Nothing to do');

  // --- how it ends: the topic gets a message first ---
  const isTold = steps.choose('Is the topic told');
  const tell = telling(steps, 'Tell the topic', {
    subject: jsonata("$error = '' ? 'ECS nodes have new images' : 'ECS nodes have no new images'"),
    message: '$message',
  });
  const result = steps.choose('How did it end');
  const failed = steps.fail('It failed', jsonata('$error'), '$message');
  isTold.when(when("$topic != ''"), tell).otherwise(result);
  tell.next(result);
  tell.addCatch(result, caught());
  result.when(when("$error != ''"), failed).otherwise(steps.end('Done'));

  const bad = (name: string, error: string, message: string) =>
    steps.set(name, { error: `'${error}'`, message }).next(isTold);

  const rolls = waitingForTheRoll(steps, { done: isTold, bad });
  const found = makingTheChange(steps, facts, { nothing, notNow, rolls, bad });
  const free = readingTheImages(steps, facts, { nothing, found, bad, notNow });
  start.next(findingOut(steps, { free, notNow }));
  return start;
}
