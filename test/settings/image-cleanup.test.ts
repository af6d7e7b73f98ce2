import { Duration } from 'aws-cdk-lib';
import { type AgentConfig, AgentImagePullBehavior } from '../../src/settings/agent-config';
import { renderAgentConfig } from '../../src/settings/agent-variables';

const prefersCached = { imagePullBehavior: AgentImagePullBehavior.PREFER_CACHED };
const isOff = { disableImageCleanup: true };

describe('the cleanup of images', () => {
  test.each<[AgentConfig, string]>([
    [{ imageCleanupInterval: Duration.minutes(30) }, '`agent.imageCleanupInterval`'],
    [{ imageMinimumCleanupAge: Duration.hours(2) }, '`agent.imageMinimumCleanupAge`'],
    [{ numImagesDeletePerCycle: 3 }, '`agent.numImagesDeletePerCycle`'],
    [{ enableUntrackedImageCleanup: true }, '`agent.enableUntrackedImageCleanup`'],
    [{ nonEcsImageMinimumCleanupAge: Duration.hours(1) }, '`agent.nonEcsImageMinimumCleanupAge`'],
    [
      { excludeUntrackedImages: ['a'], numImagesDeletePerCycle: 3 },
      '`agent.numImagesDeletePerCycle`, `agent.excludeUntrackedImages`',
    ],
  ])('cannot be set where it never runs: %j', (config, fields) => {
    expect(() => renderAgentConfig({ ...prefersCached, ...config })).toThrow(
      `${fields} must not be set where \`agent.imagePullBehavior\` is PREFER_CACHED: the agent then ` +
        'removes no image at all. Leave out the one or the other; AgentImagePullBehavior.ONCE pulls once ' +
        'and cleans up (InvalidAgentConfig)',
    );
    expect(() => renderAgentConfig({ ...isOff, ...config })).toThrow(
      `${fields} must not be set where \`agent.disableImageCleanup\` is true: leave out the one or the ` +
        'other (InvalidAgentConfig)',
    );
  });

  test.each<AgentConfig>([
    prefersCached,
    isOff,
    { ...prefersCached, ...isOff },
    { ...prefersCached, enableUntrackedImageCleanup: false },
    { disableImageCleanup: false, imageCleanupInterval: Duration.minutes(30) },
    { imagePullBehavior: AgentImagePullBehavior.ONCE, imageCleanupInterval: Duration.minutes(30) },
    { imageCleanupInterval: Duration.minutes(30), numImagesDeletePerCycle: 3 },
  ])('can be set otherwise: %j', (config) => {
    expect(() => renderAgentConfig(config)).not.toThrow();
  });
});
