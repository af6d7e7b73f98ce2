import { type Cause, Causes } from './causes';
import { type Edit, edits } from './edits';
import type { Images } from './images';
import { type Reference, referencesIn } from './references';
import { GROUP, isNewVersion, isWithin, ROLLS, replaces, STACK } from './resource-rules';
import type { StackPair } from './stack-pairs';
import { at, canonical, type Resource } from './template';

/** What a deployment does to one resource. */
export interface ResourceChange {
  readonly id: string;
  readonly type: string;
  readonly before?: Resource;
  readonly after?: Resource;
  readonly is: 'new' | 'deleted' | 'in both';
  /** Why a property reads another value, by its path. */
  readonly properties: Map<string, Causes>;
  /** The condition on which it depends whether the resource is there. */
  readonly condition?: string;
}

export const causesWithin = (change: ResourceChange, ...paths: readonly string[]): Causes => {
  const all = new Causes();
  for (const [path, causes] of change.properties)
    if (paths.length === 0 || paths.some((outer) => isWithin(path, outer))) all.addAll(causes);
  return all;
};

/** Why it is another resource after the deployment. */
export function replacement(change: ResourceChange): Causes {
  const all = new Causes();
  for (const [path, causes] of change.properties) if (replaces(change.type, path)) all.addAll(causes);
  if (
    change.type === GROUP &&
    String(at(change.after?.UpdatePolicy, 'AutoScalingReplacingUpdate.WillReplace')) === 'true'
  )
    all.addAll(causesWithin(change, ...ROLLS));
  return all;
}

/** Why it has a new version after the deployment, if it is a launch template. */
export function newVersion(change: ResourceChange): Causes {
  const all = new Causes();
  for (const [path, causes] of change.properties) if (isNewVersion(change.type, path)) all.addAll(causes);
  return all;
}

/** All changes of all stacks of a deployment, followed from resource to resource until nothing is new. */
export class Changes {
  private readonly stacks = new Map<StackPair, Map<string, ResourceChange>>();
  private readonly readers: { pair: StackPair; change: ResourceChange; references: Reference[] }[] = [];
  private importing?: Map<string, StackPair[]>;

  /** `every` has nested stacks too. */
  public constructor(
    private readonly every: readonly StackPair[],
    private readonly images: Images,
  ) {
    for (const pair of every) this.stacks.set(pair, this.compared(pair));
    while (this.follow());
  }

  public of(pair: StackPair): ResourceChange[] {
    return [...(this.stacks.get(pair)?.values() ?? [])];
  }

  public resource(pair: StackPair, id: string): ResourceChange | undefined {
    return this.stacks.get(pair)?.get(id);
  }

  /** Why a value of the new template reads differently after the deployment than before. */
  public causesOf(pair: StackPair, value: unknown): Causes {
    const all = new Causes();
    for (const reference of referencesIn(value)) all.addAll(this.read(pair, reference));
    return all;
  }

  /** The condition of a resource, if that may change, or if anything of the resource does. */
  public unsettledCondition(pair: StackPair, change: ResourceChange): string | undefined {
    const { condition, before, after } = change;
    if (condition === undefined) return undefined;
    const differs = before?.Condition !== after?.Condition;
    const unsettled =
      differs || causesWithin(change).any || this.causesOf(pair, { Condition: condition }).any;
    return unsettled ? condition : undefined;
  }

  /** The stacks that import an export as they are deployed. */
  public importersOf(name: string): readonly StackPair[] {
    this.importing ??= importers(this.every);
    return this.importing.get(name) ?? [];
  }

  private compared(pair: StackPair): Map<string, ResourceChange> {
    const before = pair.before.Resources ?? {};
    const after = pair.after.Resources ?? {};
    const changes = new Map<string, ResourceChange>();
    for (const id of new Set([...Object.keys(before), ...Object.keys(after)])) {
      const [old, fresh] = [before[id], after[id]];
      const change: ResourceChange = {
        id,
        type: (fresh ?? old).Type,
        before: old,
        after: fresh,
        is: !old ? 'new' : !fresh ? 'deleted' : 'in both',
        properties: new Map(),
        condition: fresh?.Condition ?? old?.Condition,
      };
      changes.set(id, change);
      if (change.is !== 'in both') continue;
      for (const edit of edits(old.Properties ?? {}, fresh.Properties ?? {}))
        if (!(change.type === STACK && edit.path === 'TemplateURL'))
          note(change, edit.path, this.edited(pair, change, edit));
      this.readers.push({ pair, change, references: referencesIn(fresh.Properties ?? {}) });
    }
    return changes;
  }

  private edited(
    pair: StackPair,
    { id, type }: ResourceChange,
    { path, before, after, condition }: Edit,
  ): Cause {
    const place = { stack: pair.name, id, type, path, before, after };
    return condition === undefined
      ? { kind: 'edited', ...place }
      : { kind: 'not known', ...place, text: `it depends on the condition ${condition}` };
  }

  /** One round; whether it has found anything. */
  private follow(): boolean {
    let grew = false;
    for (const { pair, change, references } of this.readers)
      for (const reference of references) {
        const causes = this.read(pair, reference);
        if (causes.any) grew = addAll(change, reference.path, causes) || grew;
      }
    return grew;
  }

  private read(pair: StackPair, reference: Reference): Causes {
    const { kind, id, attribute } = reference;
    const all = new Causes();
    if (kind === 'dynamic')
      all.add({ kind: 'looked up', stack: pair.name, id, type: 'dynamic reference', path: '' });
    else if (kind === 'condition') all.addAll(this.condition(pair, id));
    else if (kind === 'mapping') all.addAll(mapping(pair, id, attribute));
    else if (kind === 'value') {
      if (pair.after.Parameters?.[id]) all.addAll(this.parameter(pair, id));
      const change = this.resource(pair, id);
      if (change) all.addAll(this.attribute(pair, change, attribute));
    }
    return all;
  }

  private attribute(pair: StackPair, change: ResourceChange, attribute: string): Causes {
    const all = replacement(change);
    if (change.type === STACK && attribute.startsWith('Outputs.'))
      all.addAll(this.output(pair, change.id, attribute.slice('Outputs.'.length)));
    const version = newVersion(change);
    if (attribute === 'LatestVersionNumber') all.addAll(version);
    if (attribute === 'DefaultVersionNumber' && version.any)
      all.add({
        kind: 'not known',
        stack: pair.name,
        id: change.id,
        type: change.type,
        path: attribute,
        text: 'whether an update moves the default version of a launch template is not documented',
      });
    const isCustom =
      change.type.startsWith('Custom::') || change.type === 'AWS::CloudFormation::CustomResource';
    if (isCustom && change.properties.size > 0)
      all.add({
        kind: 'not known',
        stack: pair.name,
        id: change.id,
        type: change.type,
        path: attribute,
        text: 'only the custom resource knows what it returns',
      });
    return all;
  }

  private output(pair: StackPair, id: string, name: string): Causes {
    const nested = pair.nested.get(id);
    const all = new Causes();
    if (!nested) return all;
    const old = nested.before.Outputs?.[name];
    const fresh = nested.after.Outputs?.[name];
    const place = { stack: nested.name, id: name, type: 'output', path: 'Value' };
    if (nested.opaque) all.add({ kind: 'not known', ...place, text: nested.opaque });
    else if (old && fresh && canonical(old.Value) !== canonical(fresh.Value))
      all.add({ kind: 'edited', ...place, before: old.Value, after: fresh.Value });
    all.addAll(this.causesOf(nested, fresh?.Value));
    return all;
  }

  private parameter(pair: StackPair, id: string): Causes {
    const all = new Causes();
    const fresh = pair.after.Parameters?.[id];
    const old = pair.before.Parameters?.[id];
    const parent = pair.parent && this.resource(pair.parent.pair, pair.parent.id);
    const given = parent && at(parent.after?.Properties, `Parameters.${id}`);
    if (parent && given !== undefined) {
      all.addAll(causesWithin(parent, `Parameters.${id}`));
      if (!/^AWS::SSM::/.test(fresh?.Type ?? '')) return all;
    }
    const cause = this.images.cause(pair, id);
    if (cause) all.add(cause);
    if (old && fresh && given === undefined && canonical(old.Default) !== canonical(fresh.Default))
      all.add({
        kind: 'not known',
        stack: pair.name,
        id,
        type: 'parameter',
        path: '',
        text: `the parameter ${id} has another default, and \`cdk deploy\` keeps the value that the stack has`,
      });
    return all;
  }

  /** A condition whose own text is another, or that reads what is another. */
  private condition(pair: StackPair, id: string, seen: readonly string[] = []): Causes {
    const all = new Causes();
    if (seen.includes(id)) return all;
    const fresh = pair.after.Conditions?.[id];
    const place = { stack: pair.name, id, type: 'condition', path: '' };
    if (canonical(fresh) !== canonical(pair.before.Conditions?.[id]))
      all.add({ kind: 'not known', ...place, text: `the condition ${id} is another` });
    for (const reference of referencesIn(fresh)) {
      const inner =
        reference.kind === 'condition'
          ? this.condition(pair, reference.id, [...seen, id])
          : this.read(pair, reference);
      if (inner.any) all.add({ kind: 'not known', ...place, text: `the condition ${id} may be another` });
    }
    return all;
  }
}

/** The stacks that import exports as they are deployed, by the names of these. */
function importers(pairs: readonly StackPair[]): Map<string, StackPair[]> {
  const all = new Map<string, StackPair[]>();
  for (const pair of pairs) {
    const imports = referencesIn(pair.before.Resources).filter(({ kind }) => kind === 'import');
    for (const name of new Set(imports.map(({ id }) => id))) all.set(name, [...(all.get(name) ?? []), pair]);
  }
  return all;
}

function mapping(pair: StackPair, id: string, keys: string): Causes {
  const all = new Causes();
  const path = keys === '' ? id : `${id}.${keys}`;
  const [before, after] = [at(pair.before.Mappings, path), at(pair.after.Mappings, path)];
  if (canonical(before) === canonical(after)) return all;
  const place = { stack: pair.name, id, type: 'mapping', path: keys, before, after };
  all.add(
    keys === ''
      ? { kind: 'not known', ...place, text: `which entry of the mapping ${id} counts is not known` }
      : { kind: 'edited', ...place },
  );
  return all;
}

function note(change: ResourceChange, path: string, cause: Cause): boolean {
  const causes = new Causes();
  causes.add(cause);
  return addAll(change, path, causes);
}

function addAll(change: ResourceChange, path: string, causes: Causes): boolean {
  let known = change.properties.get(path);
  if (!known) {
    known = new Causes();
    change.properties.set(path, known);
  }
  return known.addAll(causes);
}
