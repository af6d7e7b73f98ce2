import { CfnParameter, type CfnResource, Stack } from 'aws-cdk-lib';
import { logicalIdOf, rendered } from './resource';

/** The type of a parameter whose value CloudFormation looks up in the parameter store at each deployment. */
const LOOKED_UP = 'AWS::SSM::Parameter::Value<';

/** Amazon's parameters of one release never change. */
const ONE_RELEASE = /^\/aws\/service\/ecs\/optimized-ami\/(?!.*\/recommended\/)/;

/** All parameters of a stack that CloudFormation looks up in the parameter store. */
export function lookedUpParameters(stack: Stack): CfnParameter[] {
  return stack.node
    .findAll()
    .filter((each): each is CfnParameter => each instanceof CfnParameter && Stack.of(each) === stack)
    .filter(({ type }) => type.startsWith(LOOKED_UP));
}

/**
 * The parameters by which the image of a launch template is looked up at each deployment, and may be another
 * one. None for an image that stays: an id, an image of a mapping, a parameter of one release.
 */
export function lookedUpImages(launchTemplate: CfnResource): CfnParameter[] {
  const image = JSON.stringify(rendered(launchTemplate, 'launchTemplateData', 'imageId')) ?? '';
  const stack = Stack.of(launchTemplate);
  return lookedUpParameters(stack).filter(
    (parameter) =>
      image.includes(JSON.stringify({ Ref: logicalIdOf(parameter) })) && !ONE_RELEASE.test(nameOf(parameter)),
  );
}

/** What the parameter store is asked for, unless a deployment says otherwise. */
export function nameOf(parameter: CfnParameter): string {
  return String(Stack.of(parameter).resolve(parameter.default));
}
