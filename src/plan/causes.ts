/**
 * Why something is another after the deployment: an edit, or something that templates do not say.
 */
export interface Cause {
  /**
   * A property or an image that is another. A value that is looked up at deployment, and may be another. Or
   * one that templates do not say, such as a condition.
   */
  readonly kind: 'edited' | 'image' | 'looked up' | 'not known';
  /** The stack, and the logical id of the resource or the name of the parameter. */
  readonly stack: string;
  readonly id: string;
  readonly type: string;
  /** The path of the property; empty for a parameter. */
  readonly path: string;
  /** One sentence on what is not known. */
  readonly text?: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** Two causes with one key are the same. */
export const keyOf = ({ kind, stack, id, path }: Cause): string => [kind, stack, id, path].join('|');

/** Causes without doubles. They only grow, so that looking for more of them ends. */
export class Causes {
  private readonly all = new Map<string, Cause>();

  public add(cause: Cause): boolean {
    const key = keyOf(cause);
    if (this.all.has(key)) return false;
    this.all.set(key, cause);
    return true;
  }

  public addAll(causes: Causes): boolean {
    let grew = false;
    for (const cause of causes.list()) grew = this.add(cause) || grew;
    return grew;
  }

  public list(): Cause[] {
    return [...this.all.values()];
  }

  public get any(): boolean {
    return this.all.size > 0;
  }

  /** Something is another in any case. */
  public get certain(): boolean {
    return this.list().some(isCertain);
  }

  public get notKnown(): boolean {
    return this.list().some(({ kind }) => kind === 'not known');
  }

  /** Nothing is certain, and something is not known. */
  public get unsettled(): boolean {
    return !this.certain && this.notKnown;
  }
}

export const isCertain = ({ kind }: Cause): boolean => kind === 'edited' || kind === 'image';
