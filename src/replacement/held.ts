/**
 * The attribute of a node that a machine of the library has in hand. Its value says who holds the node, and
 * for which run: `cordon:<refresh>`.
 */
export const HELD = 'held';

/** The placement constraint that keeps tasks off nodes that are held. */
export const NOT_HELD = `attribute:${HELD} !exists`;
