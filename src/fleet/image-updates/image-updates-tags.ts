/** On the groups whose nodes get new images by the state machine of this stack. */
export const IMAGE_UPDATES_TAG = 'EcsImageUpdates';

/**
 * The name of an alarm that stops the replacement; a number follows. In tags and not in the definition: an
 * alarm may name another group, which waits for the state machine.
 */
export const ALARM_TAG = `${IMAGE_UPDATES_TAG}Alarm`;
