import { CfnResource, Stage } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

const known = new WeakMap<IConstruct, StageResources | undefined>();

/**
 * The resources of a stage by their types, in all of its stacks, nested ones too: what is attached to a
 * construct may be anywhere.
 *
 * To be asked in a validation only, when all aspects have run. A stage is walked once for each synthesis.
 */
export class StageResources {
  public static of(scope: IConstruct): StageResources {
    const stage = Stage.of(scope) ?? scope.node.root;
    let found = known.get(stage);
    if (found !== undefined) return found;
    // CDK validates a stage before what is in it, so the next synthesis looks anew.
    if (!known.has(stage)) {
      stage.node.addValidation({
        validate: () => {
          known.set(stage, undefined);
          return [];
        },
      });
    }
    found = new StageResources(stage);
    known.set(stage, found);
    return found;
  }

  private readonly byType = new Map<string, CfnResource[]>();
  private readonly indexes = new Map<unknown, unknown>();

  private constructor(stage: IConstruct) {
    this.collect(stage);
  }

  /** The resources of one of some types. */
  public ofType(...types: string[]): CfnResource[] {
    return types.flatMap((type) => this.byType.get(type) ?? []);
  }

  /** What a function makes of them, made once. */
  public index<T>(make: (resources: StageResources) => T): T {
    if (!this.indexes.has(make)) this.indexes.set(make, make(this));
    return this.indexes.get(make) as T;
  }

  private collect(construct: IConstruct): void {
    if (CfnResource.isCfnResource(construct)) {
      const type = construct.cfnResourceType;
      const list = this.byType.get(type);
      if (list === undefined) this.byType.set(type, [construct]);
      else list.push(construct);
    }
    for (const child of construct.node.children) if (!Stage.isStage(child)) this.collect(child);
  }
}
