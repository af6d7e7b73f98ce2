/**
 * The sentence is needed twice: for the library's own images where the tier is made, for all
 * others at synthesis.
 */
export const IMAGE_AT_LAUNCH =
  '`machineImage` must not be looked up when a node starts (`NodeImageResolution.AT_LAUNCH`, or ' +
  '`resolve:ssm:` in the launch template) where running nodes are replaced: nodes could not be told to ' +
  'be up to date, nor be rolled back, and Auto Scaling refuses it. Use ' +
  '`NodeImageResolution.AT_DEPLOYMENT` or `pinned()`, or `NodeReplacement.onNextLaunch()`';
