import { PlanError } from './plan-error';
import type { StackTree, Template } from './template';

/** A stack as it is, and as the deployment makes it. */
export interface StackPair {
  readonly name: string;
  readonly before: Template;
  readonly after: Template;
  /** Paths of constructs by logical id, of both sides. */
  readonly paths: ReadonlyMap<string, string>;
  /** It is on one side only. */
  readonly is: 'in both' | 'new' | 'deleted';
  /** Why nothing of it can be known. */
  readonly opaque?: string;
  readonly parent?: { readonly pair: StackPair; readonly id: string };
  readonly nested: Map<string, StackPair>;
}

const NOTHING: Template = {};

/** What both sides are, as the reader has them. */
export interface Sides {
  readonly pairs: StackPair[];
  /** Stacks that are only deployed: a deployment of the others leaves them as they are. */
  readonly untouched: string[];
}

/** Stacks of the two sides that belong together: by name and environment, or the only ones. */
export function pairStacks(before: readonly StackTree[], after: readonly StackTree[]): Sides {
  if (before.length === 1 && after.length === 1)
    return { pairs: [pairOf(before[0], after[0])], untouched: [] };
  const taken = new Set<StackTree>();
  const pairs = after.map((tree) => {
    const old = counterpart(tree, before, after);
    if (old) taken.add(old);
    return pairOf(old, tree);
  });
  if (taken.size === 0 && before.length > 0)
    throw new PlanError(
      `no stack is on both sides: ${names(after)} against ${names(before)}. Name each template like its stack: ` +
        `${after[0].name}.json`,
    );
  return { pairs, untouched: before.filter((tree) => !taken.has(tree)).map(({ name }) => name) };
}

/** Every stack, nested ones after their parents. */
export const everyPair = (pairs: Iterable<StackPair>): StackPair[] =>
  [...pairs].flatMap((pair) => [pair, ...everyPair(pair.nested.values())]);

const names = (trees: readonly StackTree[]) => trees.map(({ name }) => `"${name}"`).join(', ');

function counterpart(
  tree: StackTree,
  before: readonly StackTree[],
  after: readonly StackTree[],
): StackTree | undefined {
  const namesakes = before.filter(({ name }) => name === tree.name);
  const same = namesakes.filter(({ environment }) => environment === tree.environment);
  if (same.length === 1) return same[0];
  if (namesakes.length === 0) return undefined;
  const twins = after.filter(({ name }) => name === tree.name);
  if (namesakes.length === 1 && twins.length === 1) return namesakes[0];
  throw new PlanError(
    `"${tree.name}" is there more than once: ${[...namesakes, ...twins].map(({ environment }) => environment ?? 'without environment').join(', ')}. ` +
      'Give two assemblies, or put each template into a folder ACCOUNT/REGION',
  );
}

function pairOf(
  before: StackTree | undefined,
  after: StackTree | undefined,
  parent?: StackPair['parent'],
  missing?: string,
): StackPair {
  const tree = (after ?? before) as StackTree;
  const pair: StackPair = {
    name: tree.name,
    before: before?.template ?? NOTHING,
    after: after?.template ?? NOTHING,
    paths: new Map([...(before?.paths ?? []), ...(after?.paths ?? [])]),
    is: !before ? 'new' : !after ? 'deleted' : 'in both',
    opaque:
      missing ??
      [before, after].map((side) => side && opaque(side.template)).find((why) => why !== undefined),
    parent,
    nested: new Map(),
  };
  const ids = new Set([...(before?.nested.keys() ?? []), ...(after?.nested.keys() ?? [])]);
  for (const id of ids) pair.nested.set(id, nestedPair(id, before, after, pair));
  return pair;
}

function nestedPair(
  id: string,
  before: StackTree | undefined,
  after: StackTree | undefined,
  pair: StackPair,
): StackPair {
  const old = before?.nested.get(id);
  const fresh = after?.nested.get(id);
  const isMissing = (before?.nested.has(id) && !old) || (after?.nested.has(id) && !fresh);
  const parent = { pair, id };
  if (!isMissing) return pairOf(old, fresh, parent);
  const side = before?.nested.has(id) && !old ? 'deployed' : 'new';
  const empty = { name: `${pair.name}/${id}`, nested: new Map(), paths: new Map() };
  const known = old ?? fresh ?? { ...empty, template: NOTHING };
  return pairOf(known, known, parent, `the ${side} template of this nested stack is not there`);
}

/** Why a template says nothing for certain. */
function opaque(template: Template): string | undefined {
  const transforms = [template.Transform ?? []].flat().map(String);
  // It only calculates values, except for loops.
  const other = transforms.find((name) => name !== 'AWS::LanguageExtensions');
  if (other) return `the transform ${other} writes the template anew`;
  const loop = Object.keys(template.Resources ?? {}).find((name) => name.startsWith('Fn::'));
  return loop && `${loop} makes its resources`;
}
