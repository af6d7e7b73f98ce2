import { type CfnElement, CfnParameter, CfnResource, Stack } from 'aws-cdk-lib';
import { field, renderedWhole } from './resource';

/**
 * A stack's resources by their logical ids, and what they need of each other.
 *
 * To be read in a validation only: to render a resource calls what it has left to the end, which at that time
 * has run already.
 */
export class RenderedStack {
  private readonly all: CfnResource[] = [];
  private readonly parameters: CfnParameter[] = [];
  private readonly ids = new Map<CfnElement, string>();
  private readonly needed = new Map<string, string[]>();
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

  public resource(id: string): CfnResource | undefined {
    this.byId ??= new Map(this.all.map((resource) => [this.idOf(resource), resource]));
    return this.byId.get(id);
  }

  /** What a parameter of the stack is unless the deployment says otherwise. */
  public parameterDefault(id: unknown): string | undefined {
    const value: unknown = this.parameters.find((parameter) => this.idOf(parameter) === id)?.default;
    return typeof value === 'string' ? value : undefined;
  }

  /** The shortest way along what resources need, from one to another, both included. */
  public dependencyPath(target: string, from: string): string[] | undefined {
    const before = new Map<string, string | undefined>([[from, undefined]]);
    for (const id of before.keys()) {
      if (id === target) return backFrom(id, before);
      for (const next of this.needs(id)) if (!before.has(next)) before.set(next, id);
    }
    return undefined;
  }

  /** The resources that must be there before this one. */
  private needs(id: string): string[] {
    let needed = this.needed.get(id);
    if (needed === undefined) {
      const resource = this.resource(id);
      needed = resource === undefined ? [] : referencesIn(renderedWhole(resource));
      needed = needed.filter((other) => this.resource(other) !== undefined);
      this.needed.set(id, needed);
    }
    return needed;
  }
}

/** A map is walked in the order in which it grows, so the ways are found by their length. */
function backFrom(last: string, before: Map<string, string | undefined>): string[] {
  const way: string[] = [];
  for (let id: string | undefined = last; id !== undefined; id = before.get(id)) way.unshift(id);
  return way;
}

/** The logical ids that a rendered resource names. */
function referencesIn(resource: unknown): string[] {
  const dependsOn = field(resource, 'DependsOn') as string | string[] | undefined;
  const found = new Set<string>([dependsOn ?? []].flat());
  collectReferences(resource, found);
  return [...found];
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
