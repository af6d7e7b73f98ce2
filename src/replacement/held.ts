/**
 * The attribute of a node that a state machine of the library holds. Its value says who, and for which run.
 * It is set before the state of the node is changed, and only its owner takes it off: a state machine leaves
 * alone what has another's value.
 */
export const HELD = 'held';

/** What the value begins with; the id of the refresh or of the run follows. */
export const heldBy = { cordon: 'cordon:', repair: 'repair:', consolidation: 'consolidation:' } as const;

/** The value of a node that has to get its daemons first. */
export const STARTING = 'starting';

/** The placement constraint that keeps tasks off nodes that are held, whoever holds them. */
export const NOT_HELD = `attribute:${HELD} !exists`;

/**
 * The tag that an operator sets on a group, with any value. What acts by a schedule then leaves the group
 * alone, and repair only tells of a node.
 */
export const HOLD_TAG = 'EcsHold';

/** The tag that a user sets on a service whose tasks consolidation must not move. */
export const NOT_CONSOLIDATED = { key: 'EcsConsolidation', value: 'never' } as const;
