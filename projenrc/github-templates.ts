import { type Project, TextFile, YamlFile } from 'projen';

/** The team that reviews. */
const MAINTAINERS = '@cdk-ecs-auto-scaled-cluster/maintainers';

/** A question of an issue form. */
function question(
  type: 'input' | 'textarea',
  id: string,
  label: string,
  description: string,
  more: Record<string, unknown> = {},
) {
  const { required = true, ...attributes } = more;
  return { type, id, attributes: { label, description, ...attributes }, validations: { required } };
}

const VERSIONS = question(
  'input',
  'versions',
  'Versions',
  'Of cdk-ecs-auto-scaled-cluster and of aws-cdk-lib, and the language of your app.',
  { placeholder: '0.1.0, aws-cdk-lib 2.263.0, Python' },
);

/** What an issue and a pull request have to say, so that whoever reads them can begin. */
export function addGithubTemplates(project: Project): void {
  new YamlFile(project, '.github/ISSUE_TEMPLATE/bug.yml', {
    obj: {
      name: 'Something goes wrong',
      description:
        'An error that should not be, a template that is wrong, a node that does not join, a task that ' +
        'is lost',
      labels: ['bug'],
      body: [
        {
          type: 'markdown',
          attributes: {
            value:
              'The guide [troubleshooting](../blob/main/docs/troubleshooting.md) goes by symptom and ' +
              'has the commands. A vulnerability goes [another way](../blob/main/SECURITY.md).',
          },
        },
        VERSIONS,
        question('textarea', 'app', 'The smallest app that shows it', 'A few lines that we can synthesize.', {
          render: 'typescript',
        }),
        question(
          'textarea',
          'expected',
          'What you expected, and what happened',
          'An error at synthesis: all of its message.',
        ),
        question(
          'textarea',
          'node',
          'What the node says',
          'If a node does not join: the lines with "ECS" of its console (`aws ec2 get-console-output ' +
            '--latest`). Of `/etc/ecs/ecs.config` leave out `ECS_ENGINE_AUTH_DATA`: it has your ' +
            'credentials.',
          { render: 'text', required: false },
        ),
      ],
    },
  });
  new YamlFile(project, '.github/ISSUE_TEMPLATE/feature.yml', {
    obj: {
      name: 'Something is missing',
      description: 'An option, a default that does not fit, a page that does not say it',
      labels: ['enhancement'],
      body: [
        question(
          'textarea',
          'purpose',
          'What you want to run',
          'Your estate and your purpose, rather than the option: there may be a way already.',
        ),
        question(
          'textarea',
          'now',
          'How you do it now',
          'Plain CDK, another tool, by hand; with links to the documentation of AWS.',
          {
            required: false,
          },
        ),
        question('textarea', 'code', 'How it could look', 'The lines that you would like to write.', {
          render: 'typescript',
          required: false,
        }),
        question(
          'textarea',
          'nodes',
          'Whom it touches',
          'Would it change what nodes of others are told, or a template of theirs? Such a change ' +
            'replaces the nodes of rolling clusters.',
          { required: false },
        ),
      ],
    },
  });
  new YamlFile(project, '.github/ISSUE_TEMPLATE/config.yml', { obj: { blank_issues_enabled: true } });
  new TextFile(project, '.github/pull_request_template.md', {
    marker: false, // it would stand in each pull request
    lines: [
      '<!-- What it is for, and what somebody sees who uses it. Which issue it ends. -->',
      '',
      '- [ ] A test that fails without it, with a sentence as its name',
      '- [ ] Bad input is refused at synthesis, with field, value and what is allowed; its row stands ' +
        'in docs/bad-input.md',
      '- [ ] Docstrings, guides and API.md say it; samples compile',
      '- [ ] Golden files are as they were; or the changelog says "replaces the nodes of rolling ' +
        'clusters", and why it is worth it',
      '- [ ] `npm cit` passes',
      '',
    ],
  });
  // Who is asked for a review. What replaces nodes of users, or opens the account, is named although the
  // first line covers it: another team can take it over.
  new TextFile(project, '.github/CODEOWNERS', {
    lines: [
      `# ${project.name}: the last line that fits a file counts.`,
      `* ${MAINTAINERS}`,
      `/test/golden/ ${MAINTAINERS}`,
      `/test/bootstrap/golden/ ${MAINTAINERS}`,
      `/src/node/node-permissions.ts ${MAINTAINERS}`,
      `/.github/ ${MAINTAINERS}`,
    ],
  });
}
