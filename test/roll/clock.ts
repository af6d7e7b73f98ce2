/** One tick of the model, in seconds. */
export const TICK = 15;

/** Seconds in whole ticks, at least one. */
export const ticks = (seconds: number): number => Math.max(1, Math.round(seconds / TICK));

/** What never happens. */
export const NEVER = Number.POSITIVE_INFINITY;
