import { App, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { NodeBootstrap } from '../../src';
import { TestStack } from '../helpers/estate';

function multipartOf(part: ec2.UserData): ec2.MultipartUserData {
  const userData = new ec2.MultipartUserData();
  userData.addUserDataPart(part);
  return userData;
}

test('a NodeBootstrap is refused as a part of a MultipartUserData, where it would never run', () => {
  const message =
    'a NodeBootstrap must not be a part of a `MultipartUserData`: it has several parts itself, and as a part ' +
    'it would never run. Use it as the user data, and add what the other parts do with `addCommands()` or ' +
    '`bootstrapSteps` (UnsupportedUserData)';
  const userData = multipartOf(new NodeBootstrap({ clusterName: 'orders' }));
  expect(() => userData.render()).toThrow(message);
  const app = new App();
  new ec2.LaunchTemplate(new Stack(app, 'Estate'), 'Nodes', { userData });
  expect(() => app.synth()).toThrow(message);
});

test('a rendered MultipartUserData is refused among the commands of a NodeBootstrap', () => {
  const stack = new TestStack();
  const script = ec2.UserData.forLinux();
  script.addCommands('echo hello');
  const text = multipartOf(script).render();
  const message = '`commands` must be shell text, got: a MIME message';
  expect(() => new NodeBootstrap().addCommands(text)).toThrow(message);
  expect(() => stack.cluster().tier('general').autoScalingGroup.addUserData(text)).toThrow(message);
});

test('a NodeBootstrap is fine in a launch template, and a plain script in a MultipartUserData', () => {
  const app = new App();
  const stack = new Stack(app, 'Estate');
  new ec2.LaunchTemplate(stack, 'Nodes', { userData: new NodeBootstrap({ clusterName: 'orders' }) });
  new ec2.LaunchTemplate(stack, 'Others', { userData: multipartOf(ec2.UserData.forLinux()) });
  expect(() => app.synth()).not.toThrow();
});
