/**
 * A model of image updates over months: releases, windows, ages. Not AWS, and no deployment: what is real is the
 * decision, which comes from the rendered definition.
 */
import type { Template } from 'aws-cdk-lib/assertions';
import { definition } from './machine';

/** The releases of Amazon's image from March to September 2026 (CHANGELOG of amazon-ecs-ami), as days. */
export const RELEASES = (
  '0330 0403 0408 0414 0424 0504 0506 0511 0514 0518 0525 0527 0609 0615 0618 0629 0701 0707 0708 0710 0714 ' +
  '0721 0727 0805 0813 0820 0901 0914 0916 0918'
)
  .split(' ')
  .map((date) => Date.UTC(2026, Number(date.slice(0, 2)) - 1, Number(date.slice(2))) / 86_400_000)
  .map((day, _, [first]) => day - first);

export interface Ages {
  readonly minimumAge: number;
  readonly maximumAge: number;
}

/** What a run knows: how long the newest image has been there, and how old the one that runs is. */
export type Decision = (newest: number, runs: number, ages: Ages) => boolean;

/** The decision of the rendered state machine, in days. */
export function decisionOf(template: Template): Decision {
  const [{ Condition }] = definition(template, 'ImageUpdates').States['Is it time'].Choices;
  const code = Condition.replace(/^\{%|%\}$/g, '')
    .replace('$newer.age', '$newer')
    .replace(' or ', ' || ')
    .replace('$states.input', '$runs');
  const run = new Function('$min', '$newer', '$runs', '$minimumAge', '$maximumAge', `return ${code}`);
  return (newest, runs, { minimumAge, maximumAge }) =>
    run((age: number) => age, newest, runs, minimumAge, maximumAge);
}

export interface Months {
  /** The days of releases; the first one runs. */
  readonly releases: readonly number[];
  /** The days of windows. */
  readonly windows: readonly number[];
  /** So long after its release the parameter names an image. */
  readonly published: number;
}

export interface Outcome {
  readonly rolls: number;
  /** For how long, at most, a newer image had been there when a window began. */
  readonly behind: number;
  /** The age of what runs after each window, where something newer is left. */
  readonly left: readonly number[];
  /** Of each roll, how long its image had been there, and how old the one before was. */
  readonly taken: readonly { readonly newest: number; readonly ran: number }[];
}

export function simulate(decide: Decision, ages: Ages, { releases, windows, published }: Months): Outcome {
  let runs = releases[0];
  let behind = 0;
  const left: number[] = [];
  const taken: { newest: number; ran: number }[] = [];
  for (const now of windows) {
    const newer = releases.filter((release) => release > runs && release + published <= now);
    if (newer.length === 0) continue;
    behind = Math.max(behind, now - newer[0] - published);
    const newest = newer[newer.length - 1];
    const age = now - newest - published;
    if (decide(age, now - runs, ages)) {
      taken.push({ newest: age, ran: now - runs });
      runs = newest;
    } else {
      left.push(now - runs);
    }
  }
  return { rolls: taken.length, behind, left, taken };
}
