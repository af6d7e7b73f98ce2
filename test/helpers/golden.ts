import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/**
 * Compares text with a file, byte for byte. The files are contracts: a change of one replaces nodes of users,
 * so it is made on purpose (`UPDATE_GOLDEN=1 npx jest …`), read, and named in the changelog. CONTRIBUTING.md
 * says what it means for the version.
 */
export function expectGolden(file: string, actual: string): void {
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(file, actual);
  if (!existsSync(file)) throw new Error(`there is no golden file ${file}`);
  expect(actual).toBe(readFileSync(file, 'utf8'));
}
