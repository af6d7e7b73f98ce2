import { makePlan, type PlanWishes } from '../../src/plan/make-plan';
import type { Plan } from '../../src/plan/plan';
import type { StackTree } from '../../src/plan/template';

/** A stack that has no nested ones, by its template. */
export const stackOf = (
  template: any,
  name = 'Estate',
  nested: Record<string, StackTree | undefined> = {},
): StackTree => ({
  name,
  template,
  nested: new Map(Object.entries(nested)),
  paths: new Map(),
});

/** The plan of a deployment of one stack. */
export const planOf = (before: any, after: any, wishes: Partial<PlanWishes> = {}): Plan =>
  makePlan([stackOf(before)], [stackOf(after)], { before: 'before', after: 'after', ...wishes });
