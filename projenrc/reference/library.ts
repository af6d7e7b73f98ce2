/** What the assembly says of the library: its types in order, what they inherit, and who uses them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TABLES } from '../../test/fields/tables';
import { allowedOf } from './allowed';
import { type Assembly, type Property, readAssembly, type Type } from './assembly';
import { type Layer, layersOf } from './layers';

const ROOT = join(__dirname, '..', '..');

export type Kind = 'construct' | 'class' | 'struct' | 'interface' | 'enum';

/** A layer with its types as the assembly has them. */
export interface LayerOfTypes {
  readonly name: string;
  readonly types: readonly Type[];
}

export class Library {
  public readonly layers: readonly LayerOfTypes[];

  public constructor(
    private readonly assembly: Assembly,
    /** The types of the packages that the library inherits from. */
    private readonly foreign: Readonly<Record<string, Type>>,
    layers: readonly Layer[],
  ) {
    const unnamed = new Set(Object.values(assembly.types));
    this.layers = layers.map(({ name, types }) => ({
      name,
      types: types.map((one) => {
        const type = assembly.types[`${assembly.name}.${one}`];
        if (type === undefined) throw new Error(`${one} is exported, but not in the assembly: compile again`);
        unnamed.delete(type);
        return type;
      }),
    }));
    if (unnamed.size > 0)
      throw new Error(`the barrel does not name ${[...unnamed].map(({ name }) => name).join(', ')}`);
  }

  /** All types, in the order of the layers. */
  public get types(): Type[] {
    return this.layers.flatMap(({ types }) => types);
  }

  public isOwn(fqn: string): boolean {
    return this.assembly.types[fqn] !== undefined;
  }

  public find(fqn: string): Type | undefined {
    return this.assembly.types[fqn] ?? this.foreign[fqn];
  }

  /** The structs that a struct extends, the nearest first, each once. */
  public parents(type: Type): Type[] {
    const found = (type.interfaces ?? []).flatMap((fqn) => {
      const parent = this.find(fqn);
      return parent === undefined ? [] : [parent, ...this.parents(parent)];
    });
    return [...new Set(found)];
  }

  /** The classes that a class extends, the nearest first. */
  public bases(type: Type): Type[] {
    const base = type.base === undefined ? undefined : this.find(type.base);
    return base === undefined ? [] : [base, ...this.bases(base)];
  }

  public kind(type: Type): Kind {
    if (type.kind === 'enum') return 'enum';
    if (type.kind === 'interface') return type.datatype ? 'struct' : 'interface';
    return this.bases(type).some(({ fqn }) => fqn === 'constructs.Construct') ? 'construct' : 'class';
  }

  /** The types that take it or return it. */
  public usedBy(type: Type): Type[] {
    const name = `"fqn":"${type.fqn}"`;
    return this.types.filter(
      (other) =>
        other !== type && JSON.stringify([other.methods, other.properties, other.initializer]).includes(name),
    );
  }

  /** What a field may be, in words; undefined where its type says all of it. */
  public allowed(struct: Type, field: Property): string | undefined {
    const row = this.isOwn(struct.fqn) ? TABLES[struct.name]?.[field.name] : undefined;
    return row === undefined ? undefined : allowedOf(row.value, field.type);
  }
}

/** The library as it was compiled last. */
export function compiledLibrary(): Library {
  const foreign = ['aws-cdk-lib', 'constructs'].map(
    (name) => readAssembly(join(ROOT, 'node_modules', name)).types,
  );
  const barrel = readFileSync(join(ROOT, 'src', 'index.ts'), 'utf8');
  return new Library(readAssembly(ROOT), Object.assign({}, ...foreign), layersOf(barrel));
}
