import type { Stack } from 'aws-cdk-lib';
import type { Lab } from './lab';
import type { Seen } from './seen';

/** What a run has shown: the answer to a question that can be answered with yes or no, or none yet. */
export interface Verdict {
  readonly verdict: 'settled-yes' | 'settled-no' | 'undecided';
  /** One sentence with the figures it rests on. */
  readonly because: string;
}

export const yes = (because: string): Verdict => ({ verdict: 'settled-yes', because });
export const no = (because: string): Verdict => ({ verdict: 'settled-no', because });
export const undecided = (because: string): Verdict => ({ verdict: 'undecided', because });

/** Something that only AWS can answer. */
export interface Question {
  /** Lower case words with hyphens. The guides refer to the question by it: `proved-on-aws.md#<id>`. */
  readonly id: string;
  /** To be answered with yes or no. */
  readonly asks: string;
  /** What is looked at, and which observation means yes and which no. `judge` is the same in code. */
  readonly settledBy: { readonly look: string; readonly yes: string; readonly no: string };
  /** What the library does until this is settled, and what the guides say. */
  readonly assumes: string;
  /** The answer that the library's design takes for granted. Left out: it is made for both. */
  readonly expects?: 'yes' | 'no';
  /** The pages whose text rests on the answer. Each has a link to the question, and no other page has one. */
  readonly documented: string[];
  /** From what was seen to an answer: a pure function, so that it runs on recorded observations as well. */
  readonly judge: (seen: Seen) => Verdict;
  /** Constructed observations, not recorded ones: the judge must answer each as named. */
  readonly examples: { readonly yes: Seen; readonly no: Seen };
}

/**
 * One small CDK app, and what is done with it. It answers one question, or several that share a deployment.
 */
export interface Experiment {
  /** The name of its file in `questions/`. The stack is called `prove-<name>`. */
  readonly name: string;
  /** What is deployed, in a sentence. */
  readonly deploys: string;
  /** The most nodes that run at a time for the whole of the run, in the middle: what it costs. */
  readonly nodes: number;
  /** What it costs beside its nodes, in dollars. */
  readonly extraDollars?: number;
  /** How long it takes, deletion included; more if AWS answers the unpleasant way. */
  readonly minutes: number;
  /** What it changes or disturbs outside of its stack. */
  readonly touches?: string;
  /** The states of the app that are deployed one after the other: each has a snapshot. */
  readonly steps: readonly string[];
  /** The app in one of its steps. Only the library's public names, from the package. */
  readonly app: (stack: Stack, step: string) => void;
  /** The experiment itself. What it sees is recorded by the lab; it judges nothing. */
  readonly run: (lab: Lab) => Promise<void>;
  /** Takes back what it did outside of its stack. It always runs, before the stack is deleted. */
  readonly cleanUp?: (lab: Lab) => Promise<void>;
  readonly questions: readonly Question[];
}

/**
 * List prices of us-east-1, July 2026, for an hour of a node: t3.small on demand 0.0208, its public IPv4
 * address 0.005, 30 GB of gp3 0.0033. There is no NAT gateway, and what the state machines cost is
 * less than a cent.
 */
const NODE_HOUR = 0.0291;

export function dollars({
  nodes,
  minutes,
  extraDollars = 0,
}: Pick<Experiment, 'nodes' | 'minutes' | 'extraDollars'>): number {
  return Math.ceil(((nodes * minutes * NODE_HOUR) / 60 + extraDollars) * 100) / 100;
}
