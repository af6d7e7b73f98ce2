/**
 * Image updates at work: the template that the library synthesizes, deployed to ministack with the shim of
 * `emulator/`.
 *
 * This proves the wiring and the decisions of the state machine: what it looks at, in which order it calls, what
 * it passes to CloudFormation, and that its calls are what botocore's models of the APIs take. Change sets and
 * updates are ministack's. It does not prove what a change set of AWS's lists as dependents, nor permissions
 * (test/fleet has the list). What is less common is in image-updates.all.test.ts.
 */
import { Account } from './account';
import { Emulator } from './emulator';
import { ROLE, readsAnother, Updated } from './image-updates';

jest.setTimeout(120_000);

let account: Account;

beforeAll(async () => {
  account = new Account(await Emulator.start());
}, 120_000);

afterAll(() => account?.aws.stop());

test('a newer image reaches the nodes in the first window in which it is old enough', async () => {
  const stack = await Updated.with(account);
  expect(await stack.lastStateOf(await stack.window())).toBe('Nothing to do');

  await stack.publish('b', 2);
  expect(await stack.lastStateOf(await stack.window())).toBe('Nothing to do');
  expect(await stack.image()).toBe('a');

  await stack.publish('b', 4);
  await stack.calls();
  const run = await stack.window();
  expect([run.status, run.cause]).toEqual(['SUCCEEDED', undefined]);
  expect(await stack.calls()).toEqual(['CreateChangeSet', 'ExecuteChangeSet']);
  expect(await stack.image()).toBe('b');
  expect(await stack.group.refreshes()).toHaveLength(1);
  expect(await stack.messages()).toEqual([
    `The nodes of the stack ${stack.name} have new images: /estate/image is ami-0000000000000000b`,
  ]);
  const after = await stack.stack();
  expect(after).toMatchObject({
    StackStatus: 'UPDATE_COMPLETE',
    RoleARN: ROLE,
    Tags: [{ Key: 'team', Value: 'orders' }],
    Capabilities: ['CAPABILITY_NAMED_IAM'],
  });
  expect(after.Parameters).toContainEqual({ ParameterKey: 'Plain', ParameterValue: 'kept' });
});

test('an image that is too old is replaced by the newest, however new that is', async () => {
  const stack = await Updated.with(account);
  await account.aws.happens('age', { image: 'ami-0000000000000000a', days: 13 });
  await stack.publish('b', 0);
  expect(await stack.lastStateOf(await stack.window())).toBe('Nothing to do');
  await account.aws.happens('age', { image: 'ami-0000000000000000a', days: 15 });
  expect(await stack.lastStateOf(await stack.window())).toBe('Done');
  expect(await stack.image()).toBe('b');
});

test('where more than nodes would change, nothing does, and the run says what', async () => {
  await account.aws.call('ssm', 'put_parameter', { Name: '/another/setting', Value: 'one', Type: 'String' });
  const stack = await Updated.with(account, { more: readsAnother });
  await stack.publish('b', 4);
  await account.aws.call('ssm', 'put_parameter', {
    Name: '/another/setting',
    Value: 'two',
    Type: 'String',
    Overwrite: true,
  });
  const run = await stack.window();
  expect([run.status, run.error]).toEqual(['FAILED', 'MoreWouldChange']);
  expect(run.cause).toMatch(
    /^Not only nodes would change in the stack Images\d: Modify Reader\w+ \(AWS::SSM::Parameter\)\. Deploy the app/,
  );
  expect(await stack.messages()).toEqual([run.cause]);
  expect(await stack.changeSets()).toEqual([]);
  expect(await stack.image()).toBe('a');
});

test('a freeze holds until its date, or until it is deleted', async () => {
  const stack = await Updated.with(account);
  await stack.publish('b', 4);
  for (const value of ['Black Friday', '2099-01-01']) {
    await stack.freeze(value);
    expect(await stack.lastStateOf(await stack.window())).toBe('Not now');
  }
  await stack.freeze('2020-01-01');
  expect(await stack.lastStateOf(await stack.window())).toBe('Done');
  expect(await stack.image()).toBe('b');
});
