import { AspectPriority, Aspects, FeatureFlags, type IAspect, Tag } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * As `Tags.of(scope).add()` for each, in one aspect: the same precedence, and one visit of each construct in
 * place of several.
 */
export function addTags(scope: IConstruct, tags: Record<string, string>): void {
  noteOwnTags(scope, Object.keys(tags));
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

const own = new WeakMap<IConstruct, Set<string>>();

/** Remembers keys of tags that the library has added to a group. */
export function noteOwnTags(group: IConstruct, keys: string[]): void {
  own.set(group, new Set([...ownTagsOf(group), ...keys]));
}

/** The keys of the tags that the library has added to a group. */
export function ownTagsOf(group: IConstruct): string[] {
  return [...(own.get(group) ?? [])];
}
