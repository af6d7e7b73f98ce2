import { type CfnElement, CfnParameter, CfnResource, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Reads a template: what stands at a path, if there is such a path. */
export function at(value: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>(
    (inner, name) => (inner as Record<string, unknown> | null | undefined)?.[name],
    value,
  );
}

/** The elements of a list that stands at a path; none where there is no list. */
export function listAt(value: unknown, ...path: string[]): unknown[] {
  const list = at(value, ...path);
  return Array.isArray(list) ? list : [];
}

/**
 * The resources of a stack as its template will have them, overrides and all: an escape hatch is the user's
 * last word, so that is what has to be right.
 *
 * To be read in a validation only: resolving a resource calls what it has left to the end, which at that time
 * has run already.
 */
export class RenderedStack {
  private readonly all: CfnResource[] = [];
  private readonly parameters: CfnParameter[] = [];
  private readonly ids = new Map<CfnElement, string>();
  private readonly rendered = new Map<string, unknown>();
  private byId?: Map<string, CfnResource>;

  public constructor(private readonly stack: Stack) {
    for (const construct of stack.node.findAll()) {
      if (CfnResource.isCfnResource(construct)) {
        if (Stack.of(construct) === stack) this.all.push(construct);
      } else if (construct instanceof CfnParameter) {
        this.parameters.push(construct);
      }
    }
  }

  public idOf(element: CfnElement): string {
    let id = this.ids.get(element);
    if (id === undefined) {
      id = String(this.stack.resolve(element.logicalId));
      this.ids.set(element, id);
    }
    return id;
  }

  /** The ids of the resources of some types. */
  public idsOf(types: ReadonlySet<string>): string[] {
    return this.all
      .filter((resource) => types.has(resource.cfnResourceType))
      .map((resource) => this.idOf(resource));
  }

  public construct(id: string): IConstruct | undefined {
    return this.resources.get(id);
  }

  /** What a parameter of the stack is unless the deployment says otherwise. */
  public parameterDefault(id: unknown): string | undefined {
    const value: unknown = this.parameters.find((parameter) => this.idOf(parameter) === id)?.default;
    return typeof value === 'string' ? value : undefined;
  }

  /** The resource as it stands in the template. */
  public resource(id: string): unknown {
    const resource = this.resources.get(id);
    if (resource === undefined) return undefined;
    let rendered = this.rendered.get(id);
    if (rendered === undefined) {
      rendered = at(
        this.stack.resolve((resource as unknown as Renderable)._toCloudFormation()),
        'Resources',
        id,
      );
      this.rendered.set(id, rendered);
    }
    return rendered;
  }

  private get resources(): Map<string, CfnResource> {
    this.byId ??= new Map(this.all.map((resource) => [this.idOf(resource), resource]));
    return this.byId;
  }

  /** The resources that must be there before this one. */
  public needs(id: string): string[] {
    const resource = this.resource(id);
    if (resource === undefined) return [];
    const dependsOn = at(resource, 'DependsOn') as string | string[] | undefined;
    const found = new Set<string>([dependsOn ?? []].flat());
    collectReferences(resource, found);
    return [...found].filter((other) => this.resources.has(other));
  }

  /** The shortest way along `needs` from one resource to another, both included. */
  public dependencyPath(target: string, from: string): string[] | undefined {
    const before = new Map<string, string | undefined>([[from, undefined]]);
    for (const id of before.keys()) {
      if (id === target) return backFrom(id, before);
      for (const next of this.needs(id)) if (!before.has(next)) before.set(next, id);
    }
    return undefined;
  }
}

interface Renderable {
  _toCloudFormation(): object;
}

/** A map is walked in the order in which it grows, so the ways are found by their length. */
function backFrom(last: string, before: Map<string, string | undefined>): string[] {
  const way: string[] = [];
  for (let id: string | undefined = last; id !== undefined; id = before.get(id)) way.unshift(id);
  return way;
}

function collectReferences(value: unknown, found: Set<string>): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const element of value) collectReferences(element, found);
    return;
  }
  for (const [key, inner] of Object.entries(value)) {
    if (key === 'Ref' && typeof inner === 'string') found.add(inner);
    else if (key === 'Fn::GetAtt') found.add(String(Array.isArray(inner) ? inner[0] : inner).split('.')[0]);
    else if (key === 'Fn::Sub') collectFromSub(inner, found);
    else collectReferences(inner, found);
  }
}

function collectFromSub(value: unknown, found: Set<string>): void {
  const [text, variables] = Array.isArray(value) ? value : [value, undefined];
  for (const [, name] of String(text).matchAll(/\$\{([^!}.]+)[^}]*\}/g)) found.add(name);
  collectReferences(variables, found);
}
