/** On the groups whose drains the state machine of this stack ends. */
export const DRAIN_LIMIT_TAG = 'EcsDrainLimit';
