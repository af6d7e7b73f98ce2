/** On the groups whose nodes the state machine of this stack gives back. */
export const CONSOLIDATION_TAG = 'EcsConsolidation';
