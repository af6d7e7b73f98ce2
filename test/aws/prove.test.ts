/**
 * Everything of aws:prove but AWS itself: no account is there for these tests, so what deploys and what
 * answers is scripted, and time is not waited for. test/deploy/proof.test.ts lets it look at the emulator.
 */
import { type Aws, AwsError } from './aws';
import { OURS } from './experiments';
import type { Results } from './page';
import type { Clock } from './patience';
import { chosen, list, prove, type World } from './prove';
import { type Experiment, no, undecided, yes } from './question';
import { endOf, group, type Seen, sample, seen } from './seen';

const STACK = 'prove-toy';

/** An account with one stack, whose deletion takes a while and may fail. */
class Account implements Aws {
  public status: string | undefined;
  public readonly calls: string[] = [];
  public readonly completed: string[] = [];
  public tags = [{ Key: OURS.key, Value: OURS.value }];
  /** What becomes of the stack at each deletion; DELETE_COMPLETE when there is nothing left to say. */
  public deletions: string[] = [];
  public instances: { InstanceId: string; LifecycleState: string }[] = [];
  /** How many of the next calls are lost on the way. */
  public lost = 0;
  private looks = 0;

  public async call(service: string, operation: string, params: any = {}): Promise<any> {
    this.calls.push(`${service} ${operation}`);
    if (this.lost > 0 && this.lost--) throw new AwsError('Unknown', 'Could not connect to the endpoint URL');
    switch (operation) {
      case 'describe-stacks': {
        if (this.status === 'DELETE_IN_PROGRESS' && ++this.looks % 3 === 0)
          this.status = this.deletions.shift();
        if (this.status === 'UPDATE_ROLLBACK_IN_PROGRESS' && ++this.looks % 3 === 0)
          this.status = 'UPDATE_ROLLBACK_COMPLETE';
        if (this.status === undefined)
          throw new AwsError('ValidationError', `Stack with id ${STACK} does not exist`);
        return { Stacks: [{ StackStatus: this.status, Tags: this.tags }] };
      }
      case 'describe-stack-resources':
        if (this.status === undefined)
          throw new AwsError('ValidationError', `Stack for ${STACK} does not exist`);
        return {
          StackResources: [
            { ResourceType: 'AWS::AutoScaling::AutoScalingGroup', PhysicalResourceId: 'group' },
          ],
        };
      case 'describe-auto-scaling-groups':
        return { AutoScalingGroups: [{ DesiredCapacity: 1, MaxSize: 2, Instances: this.instances }] };
      case 'describe-lifecycle-hooks':
        return {
          LifecycleHooks: [
            { LifecycleHookName: 'drain', LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING' },
          ],
        };
      case 'complete-lifecycle-action':
        this.completed.push(
          `${params.LifecycleHookName} ${params.InstanceId} ${params.LifecycleActionResult}`,
        );
        this.instances = [];
        return {};
      case 'cancel-update-stack':
        this.status = 'UPDATE_ROLLBACK_IN_PROGRESS';
        return {};
      case 'delete-stack':
        if (this.status?.startsWith('UPDATE') && this.status.endsWith('IN_PROGRESS'))
          throw new AwsError('ValidationError', 'in progress');
        this.status = 'DELETE_IN_PROGRESS';
        return {};
      default:
        return {};
    }
  }
}

class TestWorld implements World {
  public readonly aws = new Account();
  public readonly said: string[] = [];
  public readonly region = 'eu-central-1';
  public readonly commit = 'abc1234';
  public kept: Results = {};
  public recorded: Seen[] = [];
  public interrupt: () => void = () => undefined;
  public seconds = Date.UTC(2026, 11, 1) / 1000;
  /** What a deployment does. */
  public deployment: (step: string) => Promise<void> = async () => {
    this.aws.status = 'CREATE_COMPLETE';
  };
  public readonly commands = { deploy: (_: string, step: string) => this.deployment(step) };
  public readonly clock: Clock = {
    now: () => this.seconds,
    sleep: async (seconds) => {
      this.seconds += seconds;
      await new Promise((resolve) => setImmediate(resolve));
    },
  };

  public say(line: string): void {
    this.said.push(line);
  }

  public results = () => this.kept;

  public save(results: Results): void {
    this.kept = results;
  }

  public record(_: string, found: Seen): string {
    this.recorded.push(found);
    return 'a file';
  }

  public onInterrupt(handler: () => void): () => void {
    this.interrupt = handler;
    return () => {
      this.interrupt = () => undefined;
    };
  }
}

/** An experiment that deploys one step, and asks whether it was there. */
function toy(others: Partial<Experiment> = {}): Experiment {
  return {
    name: 'toy',
    deploys: 'nothing',
    nodes: 1,
    minutes: 30,
    steps: ['deployed'],
    app: () => undefined,
    run: (lab) => lab.deploy('deployed'),
    questions: [
      {
        id: 'is-it-there',
        asks: 'Is it there?',
        settledBy: { look: 'The stack.', yes: 'It is there.', no: 'It is not.' },
        assumes: 'Nothing.',
        documented: [],
        judge: (record) => {
          const last = endOf(record, 'deployed');
          return last
            ? last.stack === 'CREATE_COMPLETE'
              ? yes('it was there')
              : no('it was not')
            : undecided('it was not looked at');
        },
        examples: { yes: seen([sample('deployed', 0)]), no: seen([]) },
      },
    ],
    ...others,
  };
}

let world: TestWorld;

beforeEach(() => {
  world = new TestWorld();
});

test('a run deploys, looks, deletes the stack, and keeps the answer with the day, the region and the commit', async () => {
  expect(await prove([toy()], world)).toBe(true);
  expect(world.aws.status).toBeUndefined();
  expect(world.kept).toEqual({
    'is-it-there': {
      verdict: 'settled-yes',
      because: 'it was there',
      date: '2026-12-01',
      region: 'eu-central-1',
      commit: 'abc1234',
    },
  });
  expect(world.recorded[0].samples.map(({ phase, stack }) => [phase, stack])).toContainEqual([
    'deployed',
    'CREATE_COMPLETE',
  ]);
});

describe('in every case the stack is deleted:', () => {
  test('when the deployment fails', async () => {
    world.deployment = async () => {
      world.aws.status = 'ROLLBACK_COMPLETE';
      throw new Error('cdk deploy toy deployed: no capacity');
    };
    expect(await prove([toy()], world)).toBe(false);
    expect(world.aws.status).toBeUndefined();
    expect(world.said).toContain('  it ended early: cdk deploy toy deployed: no capacity');
  });

  test('when a step of the experiment fails, and what it did outside of the stack is taken back first', async () => {
    const order: string[] = [];
    const experiment = toy({
      run: async (lab) => {
        await lab.deploy('deployed');
        throw new Error('no such node');
      },
      cleanUp: async () => {
        order.push(`clean up, stack ${world.aws.status}`);
      },
    });
    expect(await prove([experiment], world)).toBe(false);
    expect(order).toEqual(['clean up, stack CREATE_COMPLETE']);
    expect(world.aws.status).toBeUndefined();
  });

  test('when the clean-up fails', async () => {
    const cleanUp = async () => {
      throw new Error('not allowed');
    };
    expect(await prove([toy({ cleanUp })], world)).toBe(false);
    expect(world.aws.status).toBeUndefined();
    expect(world.said).toContain('  not cleaned up: not allowed');
  });

  test('at Ctrl-C in the middle of an update, which is cancelled first; the next experiment does not begin', async () => {
    world.deployment = () => {
      world.aws.status = 'UPDATE_IN_PROGRESS';
      setImmediate(() => world.interrupt());
      return new Promise(() => undefined); // the CLI is ended, and its promise is of no interest any more
    };
    const next = toy({ name: 'next' });
    expect(await prove([toy(), next], world)).toBe(false);
    expect(world.aws.status).toBeUndefined();
    const orders = world.aws.calls.filter((call) => /cancel|delete/.test(call));
    expect(orders).toEqual(['cloudformation cancel-update-stack', 'cloudformation delete-stack']);
    expect(world.said).toContain('Interrupted: what is deployed is deleted first.');
    expect(world.said.some((line) => line.startsWith('next'))).toBe(false);
  });

  test('at Ctrl-C before the first answer of AWS, and a second one changes nothing', async () => {
    world.deployment = async () => {
      world.aws.status = 'CREATE_IN_PROGRESS';
      world.interrupt();
      world.interrupt();
    };
    expect(await prove([toy()], world)).toBe(false);
    expect(world.aws.status).toBeUndefined();
    expect(world.said).toContain('Still deleting: please wait.');
  });

  test('though a deletion fails, and an instance waits for a hook that nothing answers', async () => {
    world.aws.deletions = ['DELETE_FAILED'];
    world.aws.instances = [{ InstanceId: 'i-1', LifecycleState: 'Terminating:Wait' }];
    expect(await prove([toy()], world)).toBe(true);
    expect(world.aws.status).toBeUndefined();
    expect(world.aws.completed).toEqual(['drain i-1 CONTINUE']);
    expect(world.aws.calls.filter((call) => call.endsWith('delete-stack'))).toHaveLength(2);
  });

  test('and if it cannot be, the command that does it is said', async () => {
    world.aws.deletions = Array(9).fill('DELETE_FAILED');
    expect(await prove([toy()], world)).toBe(false);
    expect(world.said).toContainEqual(
      expect.stringContaining(`aws cloudformation delete-stack --stack-name ${STACK}`),
    );
  });

  test('what an earlier run has left is deleted before', async () => {
    world.aws.status = 'ROLLBACK_COMPLETE';
    expect(await prove([toy()], world)).toBe(true);
    expect(world.said).toContain('  an earlier run had left it behind');
  });

  test('but never a stack of the same name that is not ours', async () => {
    world.aws.status = 'CREATE_COMPLETE';
    world.aws.tags = [];
    expect(await prove([toy()], world)).toBe(false);
    expect(world.aws.status).toBe('CREATE_COMPLETE');
    expect(world.aws.calls.filter((call) => /delete|cancel|complete/.test(call))).toEqual([]);
  });
});

describe('calls that are lost', () => {
  test('are made again: a run of an hour does not end for one of them', async () => {
    world.deployment = async () => {
      world.aws.status = 'CREATE_COMPLETE';
      world.aws.lost = 4;
    };
    expect(await prove([toy()], world)).toBe(true);
    expect(world.kept['is-it-there']).toMatchObject({ verdict: 'settled-yes' });
  });

  test('end the run when AWS does not answer any more, with the command that deletes the stack', async () => {
    world.deployment = async () => {
      world.aws.status = 'CREATE_COMPLETE';
      world.aws.lost = Infinity;
    };
    expect(await prove([toy()], world)).toBe(false);
    expect(world.said).toContainEqual(
      expect.stringMatching(
        /Could not connect.*Delete it by hand: aws cloudformation delete-stack --stack-name/,
      ),
    );
  });
});

describe('answers', () => {
  test('a run that saw nothing takes no earlier answer back', async () => {
    const earlier = {
      verdict: 'settled-no',
      because: 'seen',
      date: '2026-11-01',
      region: 'us-east-1',
      commit: 'x',
    } as const;
    world.kept = { 'is-it-there': earlier };
    await prove([toy({ run: async () => undefined })], world);
    expect(world.kept).toEqual({ 'is-it-there': earlier });
  });

  test('an open question keeps what the last run saw, and why it ended early', async () => {
    const run = async () => {
      throw new Error('no capacity\nand more');
    };
    await prove([toy({ run })], world);
    expect(world.kept['is-it-there']).toMatchObject({
      verdict: 'undecided',
      because: 'it was not looked at; the run ended early: no capacity',
    });
  });
});

describe('a deployment is looked at all the time', () => {
  test('every ten seconds, and once more when it has ended; what happens meanwhile can be answered', async () => {
    world.deployment = async () => {
      world.aws.status = 'CREATE_IN_PROGRESS';
      const end = world.seconds + 45;
      while (world.seconds < end) await new Promise((resolve) => setImmediate(resolve));
      world.aws.status = 'CREATE_COMPLETE';
    };
    const met: number[] = [];
    const run: Experiment['run'] = (lab) =>
      lab.deploy('deployed', {
        meanwhile: async ({ at }) => {
          met.push(at);
        },
      });
    await prove([toy({ run })], world);
    expect(met.slice(0, 5)).toEqual([0, 10, 20, 30, 40]);
    const { samples, phases } = world.recorded[0];
    expect(samples.at(-1)).toMatchObject({
      phase: 'deployed',
      stack: 'CREATE_COMPLETE',
      group: group([], { desired: 1, max: 2 }),
    });
    expect(phases[0]).toMatchObject({ name: 'deployed', seconds: expect.any(Number) });
  });

  test('one that may fail is written down as failed', async () => {
    world.deployment = async () => {
      world.aws.status = 'UPDATE_ROLLBACK_COMPLETE';
      throw new Error('rolled back');
    };
    expect(await prove([toy({ run: (lab) => lab.deploy('deployed', { mayFail: true }) })], world)).toBe(true);
    expect(world.recorded[0].phases).toEqual([
      expect.objectContaining({ name: 'deployed', failed: 'rolled back' }),
    ]);
  });
});

describe('what to run', () => {
  test('is named by the experiment or by a question, and an experiment runs once for all of its questions', () => {
    const names = (words: string[]) => chosen(words).map(({ name }) => name);
    expect(names(['hook-list'])).toEqual(['hook-list']);
    expect(names(['hook-list-before-the-refresh', 'hook-list', 'member-of-scales-from-zero'])).toEqual([
      'hook-list',
      'scale-from-zero',
    ]);
    expect(names(['--all']).length).toBeGreaterThan(10);
    expect(() => names(['hook-lisp'])).toThrow(
      'no experiment or question is called hook-lisp: npx projen aws:prove lists them',
    );
  });

  test('a dry run lists each question with what it has come to, and what everything costs and takes', () => {
    const answer = { verdict: 'settled-yes', because: '', date: '', region: '', commit: '' } as const;
    expect(
      list([toy({ touches: 'a setting.' }), toy({ name: 'other', questions: [] })], {
        'is-it-there': answer,
      }),
    ).toEqual([
      'toy: up to 30 minutes, about 0.02 dollars',
      '  touches more than its own stack: a setting.',
      '  yes   is-it-there: Is it there?',
      'other: up to 30 minutes, about 0.02 dollars',
      'In all: 1 questions, up to 1 hours, about 0.04 dollars.',
    ]);
  });
});
