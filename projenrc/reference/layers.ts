import * as ts from 'typescript';

/** A layer of the library and its public types, in the order in which a reader meets them. */
export interface Layer {
  readonly name: string;
  readonly types: readonly string[];
}

/** The layers, from the barrel: it names each export, in the order of the layers, the most important first. */
export function layersOf(barrel: string): Layer[] {
  const layers = new Map<string, string[]>();
  for (const statement of ts.createSourceFile('index.ts', barrel, ts.ScriptTarget.ES2022).statements) {
    if (!ts.isExportDeclaration(statement)) continue;
    const { exportClause, moduleSpecifier } = statement;
    if (
      !exportClause ||
      !ts.isNamedExports(exportClause) ||
      !moduleSpecifier ||
      !ts.isStringLiteral(moduleSpecifier)
    ) {
      throw new Error('the barrel must name what it exports: the API reference is in its order');
    }
    const name = moduleSpecifier.text.split('/')[1];
    layers.set(name, [
      ...(layers.get(name) ?? []),
      ...exportClause.elements.map((element) => element.name.text),
    ]);
  }
  return [...layers].map(([name, types]) => ({ name, types }));
}
