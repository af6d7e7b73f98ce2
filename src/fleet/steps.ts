import { Duration } from 'aws-cdk-lib';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';

/** A JSONata expression as Step Functions takes it. */
export function jsonata(expression: string): string {
  return `{% ${expression.replace(/\s+/g, ' ').trim()} %}`;
}

/** Variables or an output by name. Each string is a JSONata expression. */
export type Expressions = Record<string, string | number | boolean>;

/** Throttling, a service that is unwell, permissions that have not arrived everywhere yet. */
const RETRY: sfn.RetryProps = {
  errors: [sfn.Errors.ALL],
  interval: Duration.seconds(2),
  backoffRate: 2,
  maxDelay: Duration.minutes(1),
  maxAttempts: 8,
  jitterStrategy: sfn.JitterType.FULL,
};

export interface CallProps {
  /** As the API takes them; strings that are expressions have their braces. */
  readonly parameters: Record<string, unknown>;
  readonly assign?: Expressions;
  /** What the next step gets. @default - an empty object */
  readonly output?: string;
  /**
   * Whether a failed call is made again, for two minutes. `false` where the loop around it is the next try.
   */
  readonly retry: boolean;
}

export interface EachProps {
  readonly items: string;
  /** How many items at a time. */
  readonly atOnce: number;
  readonly steps: sfn.IChainable;
  readonly assign?: Expressions;
  /** What the next step gets, of `$states.result`, a list. @default - an empty object */
  readonly output?: string;
}

/**
 * The steps of one state machine: constructs in one scope, with the names that the console shows.
 * Expressions are JSONata.
 *
 * Permissions are the state machine's own: `iamResources`, which CDK asks for, is not used.
 */
export class Steps {
  public constructor(private readonly scope: Construct) {}

  /** A call of an API of AWS, such as `ecs:listContainerInstances`. */
  public call(
    name: string,
    action: string,
    { parameters, assign, output, retry }: CallProps,
  ): tasks.CallAwsService {
    const [service, method] = action.split(':');
    const task = tasks.CallAwsService.jsonata(this.scope, name, {
      service,
      action: method,
      iamResources: ['*'],
      parameters,
      assign: assign && braced(assign),
      outputs: output === undefined ? {} : jsonata(output),
    });
    if (retry) task.addRetry(RETRY);
    return task;
  }

  public set(name: string, assign: Expressions, output?: string): sfn.Pass {
    const outputs = output === undefined ? {} : jsonata(output);
    return sfn.Pass.jsonata(this.scope, name, { assign: braced(assign), outputs });
  }

  /** Waits for so many seconds. */
  public wait(name: string, seconds: string, assign: Expressions = {}): sfn.Wait {
    const time = sfn.WaitTime.seconds(jsonata(seconds));
    return sfn.Wait.jsonata(this.scope, name, { time, assign: braced(assign), outputs: {} });
  }

  /**
   * Where to go on: to the step of the first condition that holds. A condition that fails ends the run,
   * so keep it simple.
   */
  public choose(name: string): sfn.Choice {
    return sfn.Choice.jsonata(this.scope, name);
  }

  /** The same steps for each item. */
  public each(name: string, { items, atOnce, steps, output, assign }: EachProps): sfn.Map {
    return sfn.Map.jsonata(this.scope, name, {
      items: sfn.ProvideItems.jsonata(jsonata(items)),
      maxConcurrency: atOnce,
      assign: assign && braced(assign),
      outputs: output === undefined ? {} : jsonata(output),
    }).itemProcessor(steps);
  }

  public end(name: string): sfn.Succeed {
    return sfn.Succeed.jsonata(this.scope, name, { outputs: {} });
  }

  public fail(name: string, error: string, cause: string): sfn.Fail {
    return sfn.Fail.jsonata(this.scope, name, { error, cause: jsonata(cause) });
  }
}

export function when(expression: string): sfn.Condition {
  return sfn.Condition.jsonata(jsonata(expression));
}

/** What follows when a call has failed for good. */
export function caught(assign?: Expressions, output?: string): sfn.CatchProps {
  return {
    errors: [sfn.Errors.ALL],
    assign: assign && braced(assign),
    outputs: output === undefined ? {} : jsonata(output),
  };
}

function braced(expressions: Expressions): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(expressions).map(([name, value]) => [
      name,
      typeof value === 'string' ? jsonata(value) : value,
    ]),
  );
}
