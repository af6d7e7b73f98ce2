/**
 * jsii-rosetta puts imports before what it translates to Python: of the structs in the sample and of nothing
 * else, each as often as it is there. The imports of the fixture are not shown in any language, so these
 * go too: half a list misleads.
 */

/** A sample in Python, with imports only if it has some in TypeScript, and with each name once. */
export function withoutAddedImports(python: string, typescript: string): string {
  if (!/^import /m.test(typescript)) return python.replace(/^(from \S+ import .*\n)+/, '');
  return python.replace(/^(from \S+ import )(.*)$/gm, (_, from, names) => {
    const unique = [...new Set<string>(names.split(', '))];
    return `${from}${unique.join(', ')}`;
  });
}
