/** The message of what is thrown, for several expectations of one synthesis. */
export function refusalOf(body: () => unknown): string {
  try {
    body();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('nothing was thrown');
}
