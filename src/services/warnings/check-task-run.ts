import { checkTaskGpu } from './task-gpu';
import { checkTaskPlatform, type TaskRun } from './task-platform';
import { checkTaskSize } from './task-size';

/** Warns of tasks that find no node. */
export function checkTaskRun(run: TaskRun): void {
  checkTaskPlatform(run);
  checkTaskGpu(run);
  checkTaskSize(run);
}
