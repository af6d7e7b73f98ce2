import { fail } from '../private/errors';
import { type AgentConfig, AgentImagePullBehavior } from './agent-config';
import { CODE } from './agent-values';

/** What has no effect where images are not cleaned up. */
const IMAGE_CLEANUP = [
  'imageCleanupInterval',
  'imageMinimumCleanupAge',
  'numImagesDeletePerCycle',
  'enableUntrackedImageCleanup',
  'nonEcsImageMinimumCleanupAge',
  'excludeUntrackedImages',
] as const satisfies readonly (keyof AgentConfig)[];

/** Refuses settings of an image cleanup that never runs (`agent/engine/docker_image_manager.go`). */
export function checkImageCleanup(config: AgentConfig): void {
  const { imagePullBehavior, disableImageCleanup } = config;
  const prefersCached = imagePullBehavior === AgentImagePullBehavior.PREFER_CACHED;
  if (!prefersCached && disableImageCleanup !== true) return;
  const without = IMAGE_CLEANUP.filter((field) => config[field] !== undefined && config[field] !== false);
  if (without.length === 0) return;
  const why = prefersCached
    ? 'where `agent.imagePullBehavior` is PREFER_CACHED: the agent then removes no image at all. Leave ' +
      'out the one or the other; AgentImagePullBehavior.ONCE pulls once and cleans up'
    : 'where `agent.disableImageCleanup` is true: leave out the one or the other';
  fail(CODE, `${without.map((field) => `\`agent.${field}\``).join(', ')} must not be set ${why}`);
}
