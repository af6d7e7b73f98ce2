import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

interface Documented {
  readonly docs?: {
    readonly summary?: string;
    readonly remarks?: string;
    readonly default?: string;
    readonly example?: string;
  };
}

/** A type as the assembly has it: a name, a list or a map of one, or a primitive. */
export interface TypeReference {
  readonly primitive?: string;
  readonly fqn?: string;
  readonly collection?: { readonly kind: 'array' | 'map'; readonly elementtype: TypeReference };
}

export interface Property extends Documented {
  readonly name: string;
  readonly static?: boolean;
  readonly optional?: boolean;
  readonly immutable?: boolean;
  readonly type: TypeReference;
}

export interface Parameter extends Documented {
  readonly name: string;
  readonly optional?: boolean;
  readonly variadic?: boolean;
  readonly type: TypeReference;
}

export interface Method extends Documented {
  readonly name: string;
  readonly static?: boolean;
  readonly parameters?: Parameter[];
}

export interface Type extends Documented {
  readonly name: string;
  readonly fqn: string;
  readonly kind: 'class' | 'interface' | 'enum';
  readonly base?: string;
  readonly interfaces?: string[];
  readonly datatype?: boolean;
  readonly initializer?: { readonly parameters?: Parameter[] };
  readonly properties?: Property[];
  readonly methods?: Method[];
  readonly members?: Property[];
}

/** The assembly that jsii has compiled: what the other languages and the API reference see. */
export function types(): Type[] {
  const path = join(__dirname, '..', '..', '.jsii');
  if (!existsSync(path)) throw new Error('there is no .jsii: run `npx projen compile` first');
  let assembly = JSON.parse(readFileSync(path, 'utf8'));
  if (assembly.schema === 'jsii/file-redirect')
    assembly = JSON.parse(gunzipSync(readFileSync(`${path}.gz`)).toString());
  return Object.values(assembly.types);
}

/** The structs of the library, each with the fields that it inherits. */
export function structs(): { readonly name: string; readonly fields: Property[] }[] {
  const all = new Map(types().map((type) => [type.fqn, type]));
  const fieldsOf = (type: Type): Property[] => [
    ...(type.properties ?? []),
    ...(type.interfaces ?? []).flatMap((name) => fieldsOf(all.get(name) as Type)),
  ];
  return [...all.values()]
    .filter((type) => type.datatype)
    .map((type) => ({ name: type.name, fields: fieldsOf(type) }));
}
