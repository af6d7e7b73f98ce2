/** What a member is called in each language. `test/languages` compares this with the built packages. */

export const OTHER_LANGUAGES = ['Python', 'Java', 'C#', 'Go'] as const;
export type OtherLanguage = (typeof OTHER_LANGUAGES)[number];
export type Names = Readonly<Record<OtherLanguage, string>>;

/** What decides how a name is written. */
export interface Named {
  /** The type that has the member. */
  readonly type: string;
  readonly name: string;
  readonly kind: 'constructor' | 'method' | 'property' | 'field' | 'constant';
  /** For members of a class, not of its instances. A constant is always one. */
  readonly static?: boolean;
  /** For constructors: whether the last parameter is a struct, for which Java has a builder. */
  readonly builder?: boolean;
}

/** As jsii splits a name: `memoryMiB` is `memory_mib`. */
function snake(name: string): string {
  return name
    .replace(/([KMG])iB(?![a-z])/g, '$1ib')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .toLowerCase();
}

const pascal = (name: string) => `${name[0].toUpperCase()}${name.slice(1)}`;

/** jsii puts a `_` behind what is a word of Python itself. */
const PYTHON_KEYWORDS = ['and', 'as', 'class', 'from', 'global', 'import', 'in', 'is', 'lambda', 'not', 'or'];

function python(name: string): string {
  const snaked = snake(name);
  return PYTHON_KEYWORDS.includes(snaked) ? `${snaked}_` : snaked;
}

export function namesOf({ type, name, kind, static: ofClass = false, builder = false }: Named): Names {
  switch (kind) {
    case 'constructor':
      return { Python: type, Java: builder ? `${type}.Builder.create` : type, 'C#': type, Go: `New${type}` };
    case 'constant':
      return { Python: name, Java: name, 'C#': name, Go: `${type}_${name}` };
    case 'method':
    case 'property':
    case 'field': {
      const upper = pascal(name);
      return {
        Python: python(name),
        // A field of a struct is a method of its builder.
        Java: kind === 'property' ? `get${upper}` : name,
        'C#': upper,
        Go: ofClass ? `${type}_${upper}` : upper,
      };
    }
  }
}

/** The names that differ from TypeScript's, those that are alike together: `C#, Go` and the name. */
export function differingNames(named: Named): [languages: OtherLanguage[], name: string][] {
  const names = namesOf(named);
  const byName = new Map<string, OtherLanguage[]>();
  const here = named.kind === 'constructor' ? named.type : named.name;
  for (const language of OTHER_LANGUAGES) {
    const name = names[language];
    if (name !== here) byName.set(name, [...(byName.get(name) ?? []), language]);
  }
  return [...byName].map(([name, languages]) => [languages, name]);
}
