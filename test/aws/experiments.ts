import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import type { Experiment, Question } from './question';

const FOLDER = join(__dirname, 'questions');

/** The tag of our stacks: teardown deletes no other. */
export const OURS = { key: 'MadeBy', value: 'cdk-ecs-auto-scaled-cluster aws:prove' };

/** Every file of `questions/` is an experiment: to ask AWS something more, add a file. */
export function experiments(): Experiment[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.ts'))
    .sort()
    .map((file) => {
      const { experiment } = require(join(FOLDER, file)) as { experiment: Experiment };
      if (`${experiment.name}.ts` !== file)
        throw new Error(`${file} holds the experiment ${experiment.name}`);
      return experiment;
    });
}

export function questions(): Question[] {
  return experiments().flatMap((experiment) => experiment.questions);
}

/** The app of an experiment in one of its steps. */
export function synthesizable(experiment: Experiment, step: string, app = new App()): Stack {
  if (!experiment.steps.includes(step))
    throw new Error(`${experiment.name} has no step ${step}, only ${experiment.steps.join(', ')}`);
  const stack = new Stack(app, `prove-${experiment.name}`, {
    description: `aws:prove ${experiment.name}: ${experiment.deploys}`,
    tags: { [OURS.key]: OURS.value },
  });
  experiment.app(stack, step);
  return stack;
}
