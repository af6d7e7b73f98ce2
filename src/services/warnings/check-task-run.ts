import { checkTaskCompatibility } from './task-compatibility';
import { checkTaskGpu } from './task-gpu';
import { checkTaskNeuron } from './task-neuron';
import { checkTaskPlatform, type TaskRun } from './task-platform';
import { checkTaskSize } from './task-size';

/** Warns about tasks that find no node. */
export function checkTaskRun(run: TaskRun): void {
  checkTaskCompatibility(run);
  checkTaskPlatform(run);
  checkTaskGpu(run);
  checkTaskNeuron(run);
  checkTaskSize(run);
}
