import { dollars, type Experiment, type Question, type Verdict } from './question';

/** What a run has answered, as it is kept in proved.json. */
export interface Result extends Verdict {
  /** YYYY-MM-DD */
  readonly date: string;
  readonly region: string;
  /** The commit of this repository that was deployed. */
  readonly commit: string;
}

export type Results = Readonly<Record<string, Result>>;

const ANSWERS = { 'settled-yes': 'yes', 'settled-no': 'no', undecided: undefined } as const;

/** What a question has come to, in one word or two. */
export function today(question: Question, results: Results): string {
  const answer = ANSWERS[results[question.id]?.verdict ?? 'undecided'];
  if (answer === undefined) return 'open';
  return question.expects === undefined || question.expects === answer
    ? answer
    : `**${answer}**, against what the library assumes`;
}

export function price(experiment: Pick<Experiment, 'nodes' | 'minutes' | 'extraDollars'>): string {
  return `${dollars(experiment).toFixed(2)} dollars`;
}

const link = (page: string) => `[${page.replace(/^docs\//, '')}](${page.replace(/^docs\//, '')})`;

/** Prose in lines of at most 110 columns; the further ones of a list's item are indented. */
function wrap(text: string): string[] {
  const indent = text.startsWith('- ') ? '  ' : '';
  const lines = [''];
  for (const word of text.split(/\s+/)) {
    const last = lines[lines.length - 1];
    const longer = last === '' ? `${lines.length > 1 ? indent : ''}${word}` : `${last} ${word}`;
    if (longer.length <= 110 || last === '') lines[lines.length - 1] = longer;
    else lines.push(`${indent}${word}`);
  }
  return lines;
}

function section(question: Question, results: Results): string[] {
  const result = results[question.id];
  const seen = result && `${result.because} (${result.date}, ${result.region}, commit ${result.commit})`;
  return [
    `### ${question.id}`,
    '',
    ...wrap(question.asks),
    '',
    ...wrap(
      `- **Today**: ${today(question, results)}. ${seen ? `Last run: ${seen}.` : 'It has not been run.'}`,
    ),
    ...wrap(`- **What is looked at**: ${question.settledBy.look}`),
    ...wrap(`- **Yes**: ${question.settledBy.yes}`),
    ...wrap(`- **No**: ${question.settledBy.no}`),
    ...wrap(`- **Meanwhile the library assumes**: ${question.assumes}`),
    ...wrap(`- **Documented in** ${question.documented.map(link).join(', ')}`),
    '',
  ];
}

function touches(experiment: Experiment): string {
  return experiment.touches ? ` **It touches more than its stack:** ${experiment.touches}` : '';
}

/** docs/proved-on-aws.md. */
export function page(experiments: readonly Experiment[], results: Results): string {
  const questions = experiments.flatMap((experiment) => experiment.questions);
  const open = questions.filter((question) => today(question, results) === 'open').length;
  const rows = experiments.flatMap((experiment) =>
    experiment.questions.map(
      (question) =>
        `| [\`${question.id}\`](#${question.id}) | ${question.asks} | ${today(question, results)} | ` +
        `\`${experiment.name}\` |`,
    ),
  );
  const sections = experiments.flatMap((experiment) => [
    `## The experiment \`${experiment.name}\``,
    '',
    ...wrap(
      `Deploys ${experiment.deploys}. It takes up to ${experiment.minutes} minutes and costs about ` +
        `${price(experiment)}.${touches(experiment)}`,
    ),
    '',
    '```sh',
    `npx projen aws:prove ${experiment.name}`,
    '```',
    '',
    ...experiment.questions.flatMap((question) => section(question, results)),
  ]);
  return `${[
    '# Proved on AWS',
    '',
    '<!-- Written by `npx projen aws:prove` from test/aws/questions and test/aws/proved.json. Change ' +
      'those. -->',
    '',
    ...wrap(
      'Some questions only AWS can answer: no document says it, and an emulator answers as its author ' +
        `thinks. **${open} of ${questions.length} are open.** The library is built to do as little harm ` +
        'as possible with either answer. Where a sentence of the guides rests on a question, it names ' +
        'the question.',
    ),
    '',
    ...wrap(
      'Whoever has an account can settle them. You need the AWS CLI, signed in for as long as a run ' +
        'takes, `AWS_REGION`, and `npx cdk bootstrap` once in the account and region. Take an account ' +
        'where nothing else runs.',
    ),
    '',
    '```sh',
    'npx projen aws:prove                 # lists the questions, their cost and time; calls nothing',
    'npx projen aws:prove hook-list       # runs one experiment, or one question by its id',
    'npx projen aws:prove --all           # runs all of them, one after the other',
    '```',
    '',
    ...wrap(
      'A run deploys its stack, `prove-<experiment>`, and looks at everything every ten seconds. It ' +
        'always deletes the stack, also after a failure or Ctrl-C. Then it writes its answers here. Open ' +
        'a pull request with them, and with what was recorded (`.cache/aws-proof`) where the answer is a ' +
        'surprise. Costs are list prices of us-east-1 for `t3.small`.',
    ),
    '',
    '| question | | today | experiment |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
    ...sections,
  ]
    .join('\n')
    .trimEnd()}\n`;
}
