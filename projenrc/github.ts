import { type awscdk, github } from 'projen';
import { VERSIONS } from './tools';

/** The tools of a machine that builds and tests all packages. */
const TOOLS: github.workflows.JobStep[] = [
  { uses: 'actions/setup-node@v7.0.0', with: { 'node-version': VERSIONS.node } },
  { uses: 'actions/setup-python@v7.0.0', with: { 'python-version': VERSIONS.python } },
  { uses: 'actions/setup-java@v6.0.0', with: { distribution: 'corretto', 'java-version': VERSIONS.java } },
  { uses: 'actions/setup-go@v7.0.0', with: { 'go-version': `^${VERSIONS.go}`, cache: false } },
];

/**
 * What GitHub does for a pull request: the README's test command, and what needs a network or a
 * last release besides.
 */
export function addBuildWorkflow(project: awscdk.AwsCdkConstructLibrary): void {
  const workflow = project.github?.addWorkflow('build');
  workflow?.on({ pullRequest: {}, push: { branches: ['main'] }, workflowDispatch: {} });
  workflow?.addJob('build', {
    runsOn: ['ubuntu-latest'],
    permissions: { contents: github.workflows.JobPermission.READ },
    env: { CI: 'true' },
    steps: [
      github.WorkflowSteps.checkout(),
      ...TOOLS,
      // The boot tests make machines of their own, which takes root.
      {
        name: 'Every test',
        run: 'sudo --preserve-env=CI env "PATH=$PATH" npm cit && sudo chown -R "$USER" .',
      },
      { name: 'What is generated is committed', run: 'npx projen && git diff --exit-code' },
      { name: 'No break against the last release', run: 'npx projen compat' },
      { name: 'Every package', run: 'npx projen package:here' },
      github.WorkflowSteps.uploadArtifact({ with: { name: 'packages', path: 'dist' } }),
    ],
  });
}
