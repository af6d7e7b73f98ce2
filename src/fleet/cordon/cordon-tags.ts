/** On the groups whose refreshes the state machine of this stack looks after. */
export const CORDON_TAG = 'EcsCordon';

/**
 * How tasks are kept off the old nodes of a group: `drain` or `mark`. A tag and not the hook's metadata,
 * which would change with it; the gate reads it too, since it holds new nodes back for `drain` alone.
 */
export const CORDON_MODE_TAG = 'EcsCordonMode';
