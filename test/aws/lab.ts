import type { Aws, CallOptions } from './aws';
import { look, type Names, namesOf } from './look';
import { type Clock, patiently } from './patience';
import type { Sample, Seen } from './seen';

/** A command that runs as a child: the CDK CLI. */
export interface Commands {
  /**
   * Deploys the app of an experiment in one of its steps, until the deployment has ended. Throws what the CLI
   * says if it has failed. In CloudFormation's express mode, if that is asked for.
   */
  deploy(experiment: string, step: string, signal: AbortSignal, express?: boolean): Promise<void>;
}

/** How often a run looks at everything, in seconds. */
export const LOOK_EVERY = 10;

/** What an experiment does its steps with. It looks all the time, and writes down what it sees. */
export class Lab {
  public readonly stack: string;
  private readonly samples: Sample[] = [];
  private readonly phases: { name: string; seconds: number; failed?: string }[] = [];
  private readonly notes: Record<string, string | number> = {};
  private readonly begun: number;
  private known: Names = {};

  public constructor(
    private readonly experiment: string,
    private readonly api: Aws,
    private readonly commands: Commands,
    private readonly clock: Clock,
    private readonly signal: AbortSignal,
    private readonly say: (line: string) => void = () => undefined,
  ) {
    this.stack = `prove-${experiment}`;
    this.begun = clock.now();
  }

  public get seen(): Seen {
    return { samples: this.samples, phases: this.phases, notes: this.notes };
  }

  /** The physical names of what was deployed. */
  public get names(): Required<Names> {
    const { group, cluster, provider } = this.known;
    if (!group || !cluster || !provider)
      throw new Error(`${this.stack} has not made its group, cluster and capacity provider yet`);
    return { group, cluster, provider };
  }

  public note(key: string, value: string | number): void {
    this.notes[key] = value;
  }

  /** A call to AWS. */
  public async call(
    service: string,
    operation: string,
    params: object = {},
    options?: CallOptions,
  ): Promise<any> {
    this.signal.throwIfAborted();
    return this.api.call(service, operation, params, options);
  }

  /** Seconds, on the lab's clock. */
  public now(): number {
    return this.clock.now();
  }

  /** Deploys a step, and looks meanwhile. A deployment that may fail only writes down that it has. */
  public async deploy(
    step: string,
    options: { mayFail?: boolean; express?: boolean; meanwhile?: (sample: Sample) => Promise<void> } = {},
  ): Promise<void> {
    await this.phase(step, async () => {
      const deployment = this.commands.deploy(this.experiment, step, this.signal, options.express).then(
        () => undefined,
        (error: Error) => error,
      );
      const failed = await this.lookUntil(step, deployment, options.meanwhile);
      if (failed !== undefined && !options.mayFail) throw failed;
      return failed?.message;
    });
  }

  /** Looks for some minutes, or until something is seen. Whether it was. */
  public async watch(
    phase: string,
    minutes: number,
    until: (sample: Sample) => boolean = () => false,
  ): Promise<boolean> {
    let found = false;
    await this.phase(phase, async () => {
      const end = this.clock.now() + minutes * 60;
      do {
        found = until(await this.look(phase));
        if (!found) await this.clock.sleep(LOOK_EVERY);
      } while (!found && this.clock.now() < end);
      return undefined;
    });
    return found;
  }

  /**
   * Deletes the stack once, and looks until it is gone or the deletion has failed, for some minutes at most.
   */
  public async destroy(minutes: number): Promise<void> {
    await this.call('cloudformation', 'delete-stack', { StackName: this.stack });
    const ended = await this.watch(
      'destroy',
      minutes,
      ({ stack }) => stack === undefined || stack === 'DELETE_FAILED',
    );
    const { stack } = this.samples.at(-1) as Sample;
    if (stack === 'DELETE_FAILED') this.note('deletion failed', await this.problems());
    else if (!ended) this.note('deletion went on', minutes);
  }

  /** Why resources of the stack have failed, as CloudFormation says. */
  public async problems(): Promise<string> {
    const { StackEvents } = await this.call('cloudformation', 'describe-stack-events', {
      StackName: this.stack,
    });
    const failed = StackEvents.filter((event: any) => event.ResourceStatus.endsWith('_FAILED'));
    return failed.map((event: any) => `${event.LogicalResourceId}: ${event.ResourceStatusReason}`).join('; ');
  }

  private async phase(name: string, run: () => Promise<string | undefined>): Promise<void> {
    this.say(`  ${name}`);
    const from = this.clock.now();
    let failed: string | undefined;
    try {
      failed = await run();
    } catch (error) {
      failed = String((error as Error).message);
      throw error;
    } finally {
      this.phases.push({
        name,
        seconds: Math.round(this.clock.now() - from),
        ...(failed === undefined ? {} : { failed }),
      });
    }
  }

  private async lookUntil<T>(
    phase: string,
    end: Promise<T>,
    meanwhile?: (sample: Sample) => Promise<void>,
  ): Promise<T> {
    let over = false;
    const ended = end.then(() => {
      over = true;
    });
    while (!over) {
      const seen = await this.look(phase);
      await meanwhile?.(seen);
      await Promise.race([ended, this.clock.sleep(LOOK_EVERY)]);
    }
    await this.look(phase); // as it has left everything
    return end;
  }

  private async look(phase: string): Promise<Sample> {
    const ask = async () => {
      this.known = await namesOf(this.api, this.stack, this.known);
      return look(this.api, this.stack, this.known, new Date(this.clock.now() * 1000));
    };
    const seen = await patiently(ask, this.clock, this.say, this.signal);
    this.signal.throwIfAborted();
    const sample: Sample = { phase, at: Math.round(this.clock.now() - this.begun), ...seen };
    this.samples.push(sample);
    return sample;
  }
}
