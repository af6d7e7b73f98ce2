import { Account } from './account';
import { Emulator } from './emulator';

// `npx projen emulator`: the tests' emulator for a person at a terminal, until Ctrl-C. docs/emulator.md is
// its page.

async function main(): Promise<void> {
  const account = new Account(await Emulator.start());
  await account.image('ami-0000000000000000a');
  process.stdout.write(
    [
      'The emulator is up. In another terminal:',
      '',
      `  export AWS_ENDPOINT_URL=${account.aws.endpoint} AWS_REGION=us-east-1`,
      '  export AWS_ACCESS_KEY_ID=111122223333 AWS_SECRET_ACCESS_KEY=x AWS_EC2_METADATA_DISABLED=true',
      '  export CDK_VALIDATION=false TSX_TSCONFIG_PATH=tsconfig.dev.json NO_PROXY=*',
      "  npx cdk --app 'npx tsx test/deploy/cli-app.ts' bootstrap",
      "  npx cdk --app 'npx tsx test/deploy/cli-app.ts' deploy CliEstate --require-approval never",
      '',
      'Ctrl-C ends it, and all that is in it.',
      '',
    ].join('\n'),
  );
  // Whoever starts this in a pipe ends it by closing the pipe, as the tests do.
  process.stdin.resume();
  await new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
    process.stdin.once('end', () => resolve());
  });
  process.stdin.pause();
  await account.aws.stop();
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  process.exitCode = 1;
});
