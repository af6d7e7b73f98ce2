import { text } from '../private/bounds';

/**
 * The name of a group. EC2 Auto Scaling takes printable ASCII without spaces and colons. `*`, `?` and `$` mean
 * something else in the ARNs of permissions: one for this group would hold for others.
 */
export const GROUP_NAME = text(
  'InvalidGroupName',
  /^(?!.*[:*?$])[!-~]{1,255}$/,
  '1 to 255 printable ASCII characters without spaces and without `:`, `*`, `?` and `$`',
);
