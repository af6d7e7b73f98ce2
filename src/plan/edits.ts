import { referencesIn } from './references';
import { canonical, isDict, isIntrinsic } from './template';

/** A place at which two values differ. */
export interface Edit {
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
  /** The condition on which one of them depends: whether they differ is not known. */
  readonly condition?: string;
}

/** Where two values differ, as deep as names lead. */
export function edits(before: unknown, after: unknown, path = ''): Edit[] {
  if (canonical(before) === canonical(after)) return [];
  if (isDict(before) && isDict(after) && !isIntrinsic(before) && !isIntrinsic(after)) {
    const names = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...names].flatMap((name) =>
      edits(before[name], after[name], path === '' ? name : `${path}.${name}`),
    );
  }
  const condition = [before, after].flatMap((value) =>
    referencesIn(value).filter(({ kind }) => kind === 'condition'),
  )[0]?.id;
  return [{ path, before, after, condition }];
}
