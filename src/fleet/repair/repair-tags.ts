/** On the groups whose impaired nodes the state machine of this stack looks after. */
export const REPAIR_TAG = 'EcsRepair';
