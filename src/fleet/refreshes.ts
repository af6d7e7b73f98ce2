/** JSONata: the statuses of an instance refresh that may still replace nodes, or give them back. */
export const REFRESHES = `['Pending', 'InProgress', 'Cancelling', 'Baking', 'RollbackInProgress']`;
