/** Time. In tests an hour passes at once. */
export interface Clock {
  now(): number;
  sleep(seconds: number): Promise<void>;
}

/** How often something is asked before it has failed. */
const ATTEMPTS = 5;
const PAUSE = 10;

/** Asks again when a call was lost: neither a run of an hour nor its teardown ends for one of them. */
export async function patiently<T>(
  ask: () => Promise<T>,
  clock: Clock,
  say: (line: string) => void,
  signal?: AbortSignal,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    try {
      return await ask();
    } catch (error) {
      if (attempt === ATTEMPTS || signal?.aborted) throw error;
      say(`  asked again: ${(error as Error).message}`);
      await clock.sleep(PAUSE);
    }
  }
}
