/** Input that the command cannot work with: its message says what to give instead. */
export class PlanError extends Error {}
