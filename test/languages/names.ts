/** The names of members: those that the API reference says, and those that the built packages declare. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compiledLibrary } from '../../projenrc/reference/library';
import { type Named, namesOf } from '../../projenrc/reference/names';
import { namedMembers } from '../../projenrc/reference/type-section';
import { run } from '../helpers/packages';

export type Packaged = 'Python' | 'Java' | 'Go';

/** How a package declares a member that has this name in the reference. */
const DECLARATIONS: Readonly<Record<Packaged, (named: Named, name: string) => string>> = {
  Python: ({ type, kind }, name) => `${type}.${kind === 'constructor' ? '__init__' : name}`,
  // Java sets the fields of a struct with its builder.
  Java: ({ type, kind }, name) => {
    if (kind === 'constructor') return name.includes('.') ? name : `${type}.${type}`;
    return `${type}.${kind === 'field' ? 'Builder.' : ''}${name}`;
  },
  // In Go what is of a class is a function or a constant of the package.
  Go: ({ type, kind, static: ofClass }, name) =>
    ofClass || kind === 'constructor' || kind === 'constant' ? name : `${type}.${name}`,
};

/** All members of the reference. */
export function membersOfTheReference(): Named[] {
  const library = compiledLibrary();
  return library.types.flatMap((type) => namedMembers(library, type));
}

/** How the package of a language must declare a member, by the name that the reference says. */
export function declarationOf(named: Named, language: Packaged): string {
  return DECLARATIONS[language](named, namesOf(named)[language]);
}

const PYTHON = `
import ast, io, sys, zipfile
wheel = zipfile.ZipFile(sys.argv[1])
name = next(n for n in wheel.namelist() if n.endswith("cdk_ecs_auto_scaled_cluster/__init__.py"))
for type in ast.parse(wheel.read(name)).body:
    if isinstance(type, ast.ClassDef):
        for member in type.body:
            if isinstance(member, ast.FunctionDef):
                print(f"{type.name}.{member.name}")
            elif isinstance(member, ast.Assign):
                print(f"{type.name}.{member.targets[0].id}")
`;

/** All functions, properties and constants of the classes in the wheel. */
async function namesInTheWheel(dist: string): Promise<string[]> {
  const output = await run(`python3 - python/*.whl <<'PROGRAM'\n${PYTHON}\nPROGRAM`, { cwd: dist });
  return output.split('\n');
}

/** All public members of the classes in the jar, as `javap` lists them. */
async function namesInTheJar(dist: string): Promise<string[]> {
  const output = await run(
    "jar=$(find java -name '*.jar' ! -name '*-sources.jar' ! -name '*-javadoc.jar') && " +
      'javap -public -cp "$jar" $(unzip -Z1 "$jar" | grep \'\\.class$\' | grep -v Jsii | ' +
      "sed -e 's/\\.class$//' -e 's,/,.,g')",
    { cwd: dist },
  );
  let type = '';
  return output.split('\n').flatMap((line) => {
    const declared = /\b(?:class|interface) (?:\w+\.)*([\w$]+)/.exec(line);
    if (declared) {
      type = declared[1].replaceAll('$', '.');
      return [];
    }
    const name = /([\w.$]+)(?:\(.*\).*)?;$/.exec(line)?.[1];
    return name === undefined ? [] : [`${type}.${name.replace(/.*[.$]/, '')}`];
  });
}

/** All that the Go module exports: functions, constants, and what its structs and interfaces have. */
async function namesInTheModule(dist: string): Promise<string[]> {
  const folder = join(dist, 'go', 'cdkecsautoscaledcluster');
  const files = readdirSync(folder).filter((name) => name.endsWith('.go'));
  return files.flatMap((file) => {
    let type: string | undefined;
    return readFileSync(join(folder, file), 'utf8')
      .split('\n')
      .flatMap((line) => {
        type = /^type (\w+) (?:struct|interface) \{$/.exec(line)?.[1] ?? (line === '}' ? undefined : type);
        const member = /^\t([A-Z]\w*)[( ]/.exec(line)?.[1];
        if (member !== undefined) return [type === undefined ? member : `${type}.${member}`];
        return /^func ([A-Z]\w*)\(/.exec(line)?.[1] ?? [];
      });
  });
}

/** What the package of a language declares; `dist` has all of them. */
export const DECLARED: Readonly<Record<Packaged, (dist: string) => Promise<string[]>>> = {
  Python: namesInTheWheel,
  Java: namesInTheJar,
  Go: namesInTheModule,
};
