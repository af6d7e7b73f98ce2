import { AspectPriority, Aspects, FeatureFlags, type IAspect, Tag } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * As `Tags.of(scope).add()` for each, in one aspect: the same precedence, and one visit of each construct in
 * place of several.
 */
export function addTags(scope: IConstruct, tags: Record<string, string>): void {
  const flags = FeatureFlags.of(scope);
  const excludeResourceTypes = flags.isEnabled('@aws-cdk/core:explicitStackTags')
    ? ['aws:cdk:stack']
    : undefined;
  const all = Object.entries(tags).map(([key, value]) => new Tag(key, value, { excludeResourceTypes }));
  const aspect: IAspect = {
    visit: (construct) => {
      for (const tag of all) tag.visit(construct);
    },
  };
  Aspects.of(scope).add(aspect, {
    priority: flags.isEnabled('@aws-cdk/core:aspectPrioritiesMutating') ? AspectPriority.MUTATING : undefined,
  });
}
