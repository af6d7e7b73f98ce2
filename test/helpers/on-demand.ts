/** Whether `npx projen verify:all` runs the tests. It has the time that the test command does not have. */
export const ON_DEMAND = process.env.VERIFY_ALL === '1';

/** How many random cases a property test takes: few in the test command, many on demand. */
export function seeds(few: number, many: number): number {
  return ON_DEMAND ? many : few;
}
