/**
 * The sentence is needed twice: for the library's own images where the tier is made, for all
 * others at synthesis.
 */
export const IMAGE_AT_LAUNCH =
  '`machineImage` must not be looked up when a node starts (`NodeImageResolution.AT_LAUNCH`, or ' +
  '`resolve:ssm:` in the launch template) where running nodes are replaced. Auto Scaling refuses it: it ' +
  'could not see which nodes are up to date, nor roll nodes back. Use ' +
  '`NodeImageResolution.AT_DEPLOYMENT` or `pinned()`, or `NodeReplacement.onNextLaunch()`';
