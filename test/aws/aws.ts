import { spawn } from 'node:child_process';

/** An error that an API has answered. */
export class AwsError extends Error {
  public constructor(
    public readonly code: string,
    message: string,
  ) {
    super(`${code}: ${message}`);
  }
}

export interface CallOptions {
  /** Whether a throttled call is made again, as the CLI does by default. */
  readonly retry?: boolean;
}

/** AWS's APIs: `call('ecs', 'list-clusters', {})`, with the names and parameters of the AWS CLI's JSON. */
export interface Aws {
  call(service: string, operation: string, params?: object, options?: CallOptions): Promise<any>;
}

/**
 * The AWS CLI, as it is installed and configured: whoever has an account has it, with every way there is to
 * sign in. The clients of the SDK for the eleven services that are asked would be eleven dev dependencies
 * with a hundred more behind them, to be audited by everyone who clones this. A call takes half a second
 * longer, which a look every ten seconds does not notice.
 */
export class AwsCli implements Aws {
  /**
   * The region is handed over in each call: version 1 of the CLI does not read `AWS_REGION`, which the CDK
   * CLI does.
   */
  public constructor(
    private readonly region: string,
    private readonly command = 'aws',
  ) {}

  public call(
    service: string,
    operation: string,
    params: object = {},
    { retry = true }: CallOptions = {},
  ): Promise<any> {
    // Detached: Ctrl-C at the terminal must not end the calls that tear down.
    const words = ['--cli-input-json', JSON.stringify(params), '--region', this.region, '--output', 'json'];
    const cli = spawn(this.command, [service, operation, ...words], {
      env: { ...process.env, AWS_PAGER: '', ...(retry ? {} : { AWS_MAX_ATTEMPTS: '1' }) },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let answer = '';
    let problem = '';
    cli.stdout.on('data', (data) => (answer += data));
    cli.stderr.on('data', (data) => (problem += data));
    return new Promise((resolve, reject) => {
      cli.on('error', (error) =>
        reject(new AwsError('NoCli', `the AWS CLI does not start: ${error.message}`)),
      );
      cli.on('close', (status) => {
        if (status === 0) return resolve(answer.trim() === '' ? {} : JSON.parse(answer));
        const [, code = 'Unknown', message = problem.trim()] =
          /An error occurred \((\w+)\)[^:]*: (.*)/s.exec(problem) ?? [];
        reject(new AwsError(code, message.trim()));
      });
    });
  }
}
