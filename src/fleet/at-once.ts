/**
 * Auto Scaling describes so many instances at once, and so many fit into the 2,000 characters of
 * a filter of ECS.
 */
export const NODES_AT_ONCE = 50;

/** ECS changes the state of so many nodes, and sets so many attributes, in one call. */
export const NODES_IN_A_CALL = 10;

/** A service's events make it large: ten of them may not fit into a state. */
export const SERVICES_AT_ONCE = 4;

/**
 * How many instances EC2 lists at once: an answer must stay below 256 KiB with the longest name of a group.
 */
export const MEMBERS_IN_A_PAGE = 200;

/** A group with 50 tags of full length is 20 KB. */
export const GROUPS_AT_ONCE = 10;

/** ECS describes so many nodes at once: their attributes make them large. */
export const DESCRIBED_AT_ONCE = 25;
