import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { jsonata, type Steps, when } from '../steps';
import { type Bad, STACK, type StackFacts } from './stack-facts';

/** `GetParameters` takes so many names. */
const NAMES_AT_ONCE = 10;

/** Older than any image may get. */
const TOO_OLD = 1e9;

const ONE = '$states.result.Stacks[0]';

/** A stack whose last deployment has failed is left to whoever deploys it. */
const GOOD = "['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'IMPORT_COMPLETE']";

export interface ReadingTheImages {
  readonly found: sfn.IChainable;
  readonly nothing: sfn.IChainable;
  readonly notNow: sfn.IChainable;
  readonly bad: Bad;
}

/**
 * Whether there is a newer image that nodes may have: one that is old enough, or any where an image that
 * nodes have is too old.
 *
 * The id that was deployed is in the description of the stack, so no launch template is read. The newest
 * image has been there since its parameter was changed.
 */
export function readingTheImages(
  steps: Steps,
  { imageParameters }: StackFacts,
  { found, nothing, notNow, bad }: ReadingTheImages,
): sfn.State {
  const stack = steps.call('Read the stack', 'cloudformation:describeStacks', {
    parameters: { StackName: STACK },
    assign: {
      state: `$string(${ONE}.StackStatus)`,
      // Step Functions spells the acronyms of some APIs in its own way, and does not say which.
      role: `$string($each(${ONE}, function($v, $k) { $lowercase($k) = 'rolearn' ? $v })) & ''`,
      capabilities: `[${ONE}.Capabilities]`,
      parameters: `[${ONE}.Parameters.{'ParameterKey': ParameterKey, 'UsePreviousValue': true}]`,
      images: `[${ONE}.Parameters[ParameterKey in [${imageParameters}]].{
        'name': ParameterValue, 'runs': $string(ResolvedValue) & ''}]`,
    },
    retry: true,
  });
  const may = steps.choose('May it be deployed');
  const newest = steps.each('Read the images', {
    items: `$partition([$distinct($images.name)], ${NAMES_AT_ONCE})`,
    atOnce: 2,
    steps: steps.call('Read some of them', 'ssm:getParameters', {
      parameters: { Names: jsonata('$states.input') },
      output: `[$states.result.Parameters.{
        'name': Name, 'is': Value, 'age': ($millis() - ($type(LastModifiedDate) = 'number'
          ? LastModifiedDate * 1000 : $toMillis($string(LastModifiedDate)))) / 1000}]`,
      retry: true,
    }),
    output: `(
      $all := $reduce($states.result, $append, []);
      [$images.($own := $; $all[name = $own.name and is != $own.runs].{
        'name': name, 'is': is, 'age': age, 'runs': $own.runs})]
    )`,
  });
  const keep = steps.set('Which are newer', { newer: '[$states.input]' });
  const any = steps.choose('Is there a newer one');
  const ages = steps.call('How old are those that run', 'ec2:describeImages', {
    parameters: {
      Filters: [{ Name: 'image-id', Values: jsonata('[$distinct($newer.runs)]') }],
      IncludeDeprecated: true,
    },
    // An image that is no longer there is too old.
    output: `(
      $made := [$states.result.Images.CreationDate];
      $count($made) < $count([$distinct($newer.runs)]) ? ${TOO_OLD}
        : $max($made.(($millis() - $toMillis($string($))) / 1000))
    )`,
    retry: true,
  });
  const old = steps.choose('Is it time');
  const unfinished = bad(
    'Not in this state',
    'StackNotUpdatable',
    `'The stack ${STACK} is ' & $state & ': its nodes keep their images until it is deployed again.'`,
  );
  const own = bad(
    'No service role',
    'NoServiceRole',
    `'The stack ${STACK} was deployed without a service role. Deploy it with the CDK CLI and the role of ' & ` +
      `'cdk bootstrap: CloudFormation then uses that again.'`,
  );

  stack.next(may);
  may
    .when(when(`$contains($state, 'IN_PROGRESS')`), notNow)
    .when(when(`$not($state in ${GOOD})`), unfinished)
    .when(when(`$role = ''`), own)
    .when(when('$count($images) = 0'), nothing)
    .otherwise(newest);
  newest.next(keep);
  keep.next(any);
  any.when(when('$count($newer) = 0'), nothing).otherwise(ages);
  ages.next(old);
  old.when(when('$min($newer.age) >= $minimumAge or $states.input >= $maximumAge'), found).otherwise(nothing);
  return stack;
}
