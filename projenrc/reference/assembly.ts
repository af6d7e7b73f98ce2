/** The jsii assembly, as far as the API reference reads it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

export interface Docs {
  readonly summary?: string;
  readonly remarks?: string;
  readonly default?: string;
  readonly example?: string;
  readonly deprecated?: string;
  readonly returns?: string;
}

export interface TypeReference {
  readonly primitive?: string;
  readonly fqn?: string;
  readonly collection?: { readonly kind: 'array' | 'map'; readonly elementtype: TypeReference };
  readonly union?: { readonly types: readonly TypeReference[] };
}

export interface Parameter {
  readonly name: string;
  readonly optional?: boolean;
  readonly variadic?: boolean;
  readonly type: TypeReference;
  readonly docs?: Docs;
}

/** A member of an enum, and what all members have. */
export interface Member {
  readonly name: string;
  readonly docs?: Docs;
  readonly protected?: boolean;
  readonly static?: boolean;
}

export interface Property extends Member {
  readonly type: TypeReference;
  readonly optional?: boolean;
  readonly const?: boolean;
}

export interface Method extends Member {
  readonly parameters?: readonly Parameter[];
  readonly returns?: { readonly type: TypeReference; readonly optional?: boolean };
}

export interface Type {
  readonly fqn: string;
  readonly name: string;
  readonly kind: 'class' | 'interface' | 'enum';
  readonly datatype?: boolean;
  readonly abstract?: boolean;
  readonly base?: string;
  readonly interfaces?: readonly string[];
  readonly docs?: Docs;
  readonly initializer?: { readonly parameters?: readonly Parameter[]; readonly protected?: boolean };
  readonly methods?: readonly Method[];
  readonly properties?: readonly Property[];
  readonly members?: readonly Member[];
}

export interface Assembly {
  readonly name: string;
  readonly types: Readonly<Record<string, Type>>;
}

/** The assembly of a package; the large ones are zipped. */
export function readAssembly(folder: string): Assembly {
  const file = join(folder, '.jsii');
  if (!existsSync(file)) throw new Error('there is no .jsii: run `npx projen compile` first');
  const found = JSON.parse(readFileSync(file, 'utf8'));
  return found.schema === 'jsii/file-redirect'
    ? JSON.parse(gunzipSync(readFileSync(join(folder, found.filename))).toString())
    : found;
}
