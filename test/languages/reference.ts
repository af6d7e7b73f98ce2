import { translatedSamples } from '../docs/translated-samples';

/**
 * An example of the API reference or of the README in another language, without the lines that only say of
 * what type the reader's own objects are.
 */
export interface Example {
  readonly type: string;
  readonly given: readonly { readonly name: string; readonly type: string }[];
  readonly lines: readonly string[];
}

const DECLARATION: Record<string, RegExp> = {
  java: /^(?<type>\w+) (?<name>\w+);$/,
  python: /^# (?<name>\w+): (?<type>[\w.]+)$/,
};

function exampleOf(language: string, type: string, code: string): Example {
  const lines = code.split('\n');
  const declared = lines.map((line) => DECLARATION[language].exec(line)?.groups);
  return {
    type,
    given: declared.flatMap((found) => (found ? [{ name: found.name, type: found.type }] : [])),
    lines: lines.filter((line, index) => line !== '' && !declared[index]),
  };
}

/** The examples of the types, as the site has them. */
export function examplesIn(language: string): Example[] {
  const samples = translatedSamples().filter(({ inReadme }) => !inReadme);
  return samples.map(({ name, translations }) => exampleOf(language, name, translations[language]));
}

/** The samples of the README, as the packages' pages have them. */
export function samplesOfTheReadme(language: string): Example[] {
  const samples = translatedSamples().filter(({ inReadme }) => inReadme);
  return samples.map(({ name, translations }) => exampleOf(language, name, translations[language]));
}

/** One function for each example. */
export const FUNCTIONS: Record<string, (examples: readonly Example[]) => string[]> = {
  java: (examples) =>
    examples.flatMap(({ type, given, lines }) => [
      `void of${type}(${given.map(({ name, type: its }) => `final ${its} ${name}`).join(', ')}) {`,
      ...lines.map((line) => `    ${line}`),
      '}',
      '',
    ]),
  python: (examples) =>
    examples.flatMap(({ type, given, lines }) => [
      `def test_the_example_of_${type}() -> None:`,
      '    self = Stack(App(), "Reference")',
      ...given.map(({ name, type: its }) => `    ${name} = given(self, "${name}", "${its}")`),
      ...lines.map((line) => `    ${line}`),
      '',
    ]),
};
