import type { TestStack } from '../helpers/estate';

/** Where the parameters of the ECS-optimized images of Amazon Linux 2023 are. */
export const OF_ECS = '/aws/service/ecs/optimized-ami/amazon-linux-2023';

/** The images of the launch templates of a stack: the parameter of each, or its id where it has none. */
export function imagesOf({ template }: TestStack): string[] {
  const { Parameters } = template.toJSON();
  return Object.values(template.findResources('AWS::EC2::LaunchTemplate')).map(({ Properties }) => {
    const { ImageId } = Properties.LaunchTemplateData;
    return ImageId.Ref ? Parameters[ImageId.Ref].Default : ImageId;
  });
}
