import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './markdown';

/**
 * A sample of the README or of a docstring, and what the packages and the API reference have of it
 * in other languages.
 */
export interface Sample {
  /** The type whose docstring it is of, or a name of its own. */
  readonly name: string;
  readonly inReadme: boolean;
  readonly typescript: string;
  /** By the label of the language. */
  readonly translations: Readonly<Record<string, string>>;
}

/**
 * All of them, as `npx projen rosetta` has written them to a folder. Its own reader cannot be loaded by jest.
 */
export function translatedSamples(folder = ROOT): Sample[] {
  const path = join(folder, '.jsii.tabl.json');
  if (!existsSync(path))
    throw new Error('there is no .jsii.tabl.json: run `npx projen compile` and `npx projen rosetta` first');
  const { snippets } = JSON.parse(readFileSync(path, 'utf8'));
  return Object.values<any>(snippets).map(
    ({ location: { api, field }, translations: { $, python, java, csharp } }) => ({
      name: api.fqn?.replace(/.*\./, '') ?? `Readme${field.line}`,
      inReadme: api.api === 'moduleReadme',
      typescript: $.source,
      translations: { python: python.source, java: java.source, csharp: csharp.source },
    }),
  );
}
