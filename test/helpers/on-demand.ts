/** Whether `npx projen verify:all` runs the tests. It has the time that the test command does not have. */
export const ON_DEMAND = process.env.VERIFY_ALL === '1';

/** `test`, but on demand only: a variant of what the tests next to it show in the test command. */
export const rarely: (sentence: string, run: () => Promise<void>) => void = ON_DEMAND ? test : () => {};

/** Which cases a test takes: those that show the most in the test command, all of them on demand. */
export function cases<T>(few: readonly T[], all: readonly T[]): readonly T[] {
  return ON_DEMAND ? all : few;
}

/** How many random cases a property test takes: few in the test command, many on demand. */
export function seeds(few: number, many: number): number {
  return ON_DEMAND ? many : few;
}
