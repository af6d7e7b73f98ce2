import { awscdk, javascript, release } from 'projen';
import { addBuildWorkflow } from './projenrc/github';
import { addGithubTemplates } from './projenrc/github-templates';
import { addDevelopmentTools, VERSIONS } from './projenrc/tools';

/** The test files that only `projen verify:all` runs. */
const ON_DEMAND = '\\.all\\.test\\.ts$';

const project = new awscdk.AwsCdkConstructLibrary({
  name: 'cdk-ecs-auto-scaled-cluster',
  description:
    'Amazon ECS on your own EC2 nodes as one typed CDK construct: tiers of instances, shared node ' +
    'templates, a checked bootstrap that fails closed, private registries, and services that just work.',
  author: 'The cdk-ecs-auto-scaled-cluster authors',
  authorAddress: 'cdk-ecs-auto-scaled-cluster@users.noreply.github.com',
  authorOrganization: true,
  copyrightOwner: 'The cdk-ecs-auto-scaled-cluster authors',
  homepage: 'https://github.com/cdk-ecs-auto-scaled-cluster/cdk-ecs-auto-scaled-cluster#readme',
  bugsUrl: 'https://github.com/cdk-ecs-auto-scaled-cluster/cdk-ecs-auto-scaled-cluster/issues',
  repositoryUrl: 'https://github.com/cdk-ecs-auto-scaled-cluster/cdk-ecs-auto-scaled-cluster.git',
  license: 'Apache-2.0',
  keywords: [
    'aws',
    'cdk',
    'aws-cdk',
    'ecs',
    'ec2',
    'cluster',
    'auto-scaling',
    'capacity-provider',
    'launch-template',
    'user-data',
    'containers',
    'spot',
  ],
  defaultReleaseBranch: 'main',
  majorVersion: 0,
  stability: 'experimental', // before 1.0, and nothing has run on AWS: PyPI says Beta, and each docstring too
  projenrcTs: true,
  packageManager: javascript.NodePackageManager.NPM,
  minNodeVersion: '20.0.0',
  // Compiled like the rest, but no part of the API: test/plan runs it from the packages.
  bin: { 'cdk-ecs-auto-scaled-cluster': 'lib/plan/cli.js' },

  // The first aws-cdk-lib with UpdatePolicy.instanceRefresh, CloudFormation's own node replacement.
  cdkVersion: '2.263.0',
  // The version that aws-cdk-lib 2.263.0's Go module asks for; 10.5.0 has no Go module that can be had.
  constructsVersion: '10.6.0',
  jsiiVersion: '6.0.16', // also sets jsii-rosetta
  typescriptVersion: '6.0.3', // the minor that jsii 6.0 depends on
  projenVersion: '0.103.25',
  devDeps: [
    // the least that aws-cdk-lib asks for: the newest, which npm would take, has no Go module
    '@aws-cdk/cloud-assembly-schema@54.11.0',
    // For test/aws. npm has no alpha beside the floor: this is the newest, it asks for aws-cdk-lib ^2.245.0,
    // and the floor is inside of that. The newest integ-runner, 2.197.10, is left out: it reads assemblies up
    // to schema 53, and the floor writes 54.
    '@aws-cdk/integ-tests-alpha@2.245.0-alpha.0',
    '@cdklabs/cdk-validator-cfnguard@0.0.62',
    '@types/node@20.19.43',
    '@viz-js/viz@3.31.0', // Graphviz: draws the pictures of the guides
    // test/reviewers synthesizes with it too; the floor is `aws-cdk-lib`
    'aws-cdk-lib-newest@npm:aws-cdk-lib@2.276.0',
    'aws-cdk@2.1148.1', // the CLI, against the emulator
    'cdk-nag@3.0.2',
    'commonmark@0.31.2', // reads the Markdown for the rules of English; jsii-rosetta brings it anyway
    'fast-check@4.10.2',
    'tsx@4.23.15', // runs the examples and the demo from source
    'typescript-7@npm:typescript@7.0.2', // checks types; the sources are compiled by jsii's own
  ],

  publishToPypi: {
    distName: 'cdk-ecs-auto-scaled-cluster',
    module: 'cdk_ecs_auto_scaled_cluster',
    trustedPublishing: true,
  },
  publishToMaven: {
    javaPackage: 'io.github.cdkecsautoscaledcluster',
    mavenGroupId: 'io.github.cdk-ecs-auto-scaled-cluster',
    mavenArtifactId: 'cdk-ecs-auto-scaled-cluster',
  },
  publishToGo: { moduleName: 'github.com/cdk-ecs-auto-scaled-cluster/cdk-ecs-auto-scaled-cluster-go' },
  publishToNuget: {
    dotNetNamespace: 'CdkEcsAutoScaledCluster',
    packageId: 'CdkEcsAutoScaledCluster',
    trustedPublishing: true,
  },

  biome: true,
  biomeOptions: {
    version: '2.6.8',
    biomeConfig: {
      formatter: {
        indentStyle: javascript.biome_config.IndentStyle.SPACE,
        lineWidth: 110,
      },
      javascript: { formatter: { quoteStyle: javascript.biome_config.QuoteStyle.SINGLE } },
      // Templates in tests are untyped JSON.
      overrides: [
        // The barrel is in the order of the layers.
        { includes: ['src/index.ts'], assist: { enabled: false } },
        // A line for each file, as projenrc/verify-all.ts writes it; and for each sentence.
        {
          includes: ['test/verified.json', 'test/docs/english/exceptions.json'],
          formatter: { enabled: false },
        },
        { includes: ['test/**'], linter: { rules: { suspicious: { noExplicitAny: 'off' } } } },
      ],
      files: { includes: ['examples/**/*.ts', 'bench/**/*.ts', 'demo/**/*.ts', '!**/cdk.out'] },
    },
  },
  eslint: false,
  docgen: false, // projenrc/api-reference.ts writes API.md

  tsconfigDevFile: 'tsconfig.dev.json',
  tsconfigDev: {
    include: ['examples/**/*.ts', 'bench/**/*.ts', 'demo/**/*.ts'],
    // compiled, maybe at this moment; and the packages of the site
    exclude: ['lib', 'dist', 'site/node_modules'],
    compilerOptions: {
      paths: { 'cdk-ecs-auto-scaled-cluster': ['./src/index.ts'] },
    },
  },
  typecheckTests: true, // jest alone does not type-check
  jest: true,
  jestOptions: {
    jestVersion: '^30',
    updateSnapshot: javascript.UpdateSnapshot.NEVER, // a changed snapshot must fail
    junitReporting: false,
    jestConfig: {
      moduleNameMapper: { '^cdk-ecs-auto-scaled-cluster$': '<rootDir>/src/index.ts' },
      // Each worker loads CDK once, and not each test file: half of the CPU time.
      testEnvironment: '<rootDir>/test/helpers/one-cdk/environment.js',
      transform: {
        '/node_modules/(aws-cdk-lib|constructs)/.*\\.js$': new javascript.Transform(
          '<rootDir>/test/helpers/one-cdk/transform.js',
        ),
      },
      workerIdleMemoryLimit: '1GB', // CDK forgets no token, nor what it refers to
      transformIgnorePatterns: ['/node_modules/(?!(aws-cdk-lib|constructs)/)'],
    },
  },

  // Workflows for GitHub. A person starts a release; its version is the changelog's, and the registries trust
  // the workflow itself where they can.
  githubOptions: { mergify: false, pullRequestLint: false },
  pullRequestTemplate: false, // projenrc/github-templates.ts has ours
  buildWorkflow: false, // projenrc/github.ts has ours: it runs the README's test command
  workflowNodeVersion: VERSIONS.node,
  release: true,
  releaseTrigger: release.ReleaseTrigger.workflowDispatch(),
  nextVersionCommand: "grep -m1 -oE '^## \\[[0-9]+\\.[0-9]+\\.[0-9]+\\]' CHANGELOG.md | tr -d '#[] '",
  bumpPackage: 'commit-and-tag-version@13.2.1',
  jsiiReleaseVersion: '0.2.1061', // publib
  releaseWorkflowEnv: { BOOT_TESTS: 'skip' }, // they take root, and have run when the commit was merged
  postBuildSteps: [
    {
      name: "The version's part of the changelog",
      run: "awk '/^## \\[[0-9]/ { n++ } n == 1' CHANGELOG.md > dist/changelog.md",
    },
  ],
  npmTrustedPublishing: true,
  depsUpgrade: false,
  clobber: false,
  vscode: false,
  gitignore: [
    '.jsii.tabl.json',
    'infusion-results.html',
    'cdk.out/',
    '.cache/',
    '*.log',
    '.venv/',
    '__pycache__/',
    '.pytest_cache/',
    '/examples/java/target/',
    '/site/reference/', // written by `projen docs`
    '/site/.vitepress/cache/',
    '/site/.vitepress/dist/',
  ],
});

// What JsiiProject adds itself cannot be pinned through devDeps, so it is added again.
for (const pinned of [
  'jsii-pacmak@1.140.0',
  'jsii-diff@1.134.0',
  'jest@30.5.2',
  'ts-jest@29.4.15',
  'ts-node@10.9.2',
  '@types/jest@30.0.0',
]) {
  project.deps.removeDependency(pinned.replace(/(.)@.*/, '$1'));
  project.addDevDeps(pinned);
}

// A break of what is experimental is a break too.
project.tasks
  .tryFind('compat')
  ?.reset('jsii-diff npm:cdk-ecs-auto-scaled-cluster -k --error-on all --ignore-file .compatignore');

// npm makes a command executable when it installs it; jsii's runtime for Python takes it as it is.
project.compileTask.exec('node -e "fs.chmodSync(\'lib/plan/cli.js\', 0o755)"');

const docgen = project.addTask('docgen', {
  description: 'Write the API reference, API.md, from what compile wrote',
  exec: 'tsx --tsconfig tsconfig.dev.json projenrc/api-reference.ts',
});
project.postCompileTask.spawn(docgen);
project.annotateGenerated('/API.md');

// What users need and nothing else: test/package.test.ts looks at the tarball.
for (const path of [
  '/rosetta/',
  '/.ci/',
  '/examples/',
  '/bench/',
  '/demo/',
  // The guides travel, with API.md and CHANGELOG.md, which they lead to: not the sources of their pictures.
  '/docs/images/*.dot',
  '/site/',
  '/CONTRIBUTING.md',
  '/SECURITY.md',
  '/AGENTS.md',
  '/.devcontainer/',
  '/.nvmrc',
  '/biome.jsonc',
  '/projenrc/',
  '/.cache/',
  'infusion-results.html',
  '/.jsii.tabl.json',
  'cdk.out/',
]) {
  project.addPackageIgnore(path);
}

// The README's samples and those of the docstrings are compiled, strictly; translations go into the assembly.
const rosetta = project.addTask('rosetta', {
  description: 'Compile the samples of the README and the docstrings',
  exec: 'bash projenrc/rosetta.sh',
});
project.postCompileTask.prependSpawn(rosetta);
const translations = project.addTask('translations', {
  description: 'Commit the translations of the samples as they are now, so that a new clone has them',
});
translations.spawn(rosetta);
translations.exec('bash projenrc/site/samples.sh');
translations.exec('tsx projenrc/translations.ts --commit');
project.annotateGenerated('/rosetta/translations.tabl.json.gz');

project.addTask('demo', {
  description: "Synthesize the article's estate and boot one of its nodes in a sandbox",
  exec: 'tsx --tsconfig tsconfig.dev.json demo/main.ts',
  receiveArgs: true,
});

project.addTask('emulator', {
  description: 'Start the emulator of the tests for use by hand, until Ctrl-C (docs/emulator.md)',
  exec: 'tsx --tsconfig tsconfig.dev.json test/deploy/by-hand.ts',
});

project.addTask('pictures', {
  description:
    "Draw the guides' pictures again: from their sources in docs/images, and from the model of a roll, " +
    'with its numbers',
  exec: 'jest --ci test/docs/pictures.test.ts test/roll/picture.test.ts test/roll/numbers.test.ts',
  env: { UPDATE_GOLDEN: '1' },
});

// The site has its own package.json: no install of the library brings what only the site takes.
const site = project.addTask('docs:prepare', {
  description: 'Install what the site takes, translate the samples of the guides, write the API reference',
});
site.spawn(project.compileTask, { condition: 'node projenrc/newer.js .jsii src' });
site.exec('npm ci --no-audit --no-fund --ignore-scripts', {
  cwd: 'site',
  condition: 'node projenrc/newer.js site/node_modules/.package-lock.json site/package-lock.json',
});
site.exec('bash projenrc/site/samples.sh', {
  condition: 'node projenrc/newer.js .cache/site/.jsii.tabl.json .jsii docs site/index.md',
});
site.exec('tsx --tsconfig tsconfig.dev.json projenrc/site/reference.ts');
for (const [name, command, description] of [
  ['docs', 'build', 'Build the documentation site, site/.vitepress/dist, from docs and the assembly'],
  ['docs:dev', 'dev', 'Serve the documentation site while you write'],
] as const) {
  const task = project.addTask(name, { description });
  task.spawn(site);
  task.exec(`npx vitepress ${command} .`, { cwd: 'site', receiveArgs: true });
}

project.addTask('aws:prove', {
  description:
    'Settle on a real account what only AWS can answer; without a name it only lists the questions, ' +
    'their cost and time',
  exec: 'node --import tsx test/aws/prove.ts', // not tsx itself, which would deal with Ctrl-C in its own way
  env: { TSX_TSCONFIG_PATH: 'tsconfig.dev.json' },
  receiveArgs: true,
});

// Only the release workflow bumps a version, and fetches what it takes then: no install has to bring it.
project.deps.removeDependency('commit-and-tag-version');
addBuildWorkflow(project);
addGithubTemplates(project);
addDevelopmentTools(project);

// The test command does all of it on a fresh clone: style, types, samples, API.md, and every test. The count
// is its last line.
const jest = project.jest;
if (!jest) throw new Error('jest is what runs the tests');
jest.config.collectCoverage = false;
jest.config.maxWorkers = 3; // the boots wait more than they work
// copies of this package, and apps that use it
jest.config.modulePathIgnorePatterns = ['<rootDir>/.cache/', '<rootDir>/dist/', '<rootDir>/site/'];
jest.config.globalSetup = '<rootDir>/test/helpers/environment.js';
jest.config.testSequencer = '<rootDir>/test/helpers/longest-first.js';
jest.addReporter(new javascript.JestReporter('<rootDir>/test/helpers/count-reporter.js'));
const lint = project.addTask('lint', {
  description: 'Style, formatting and imports',
  exec: 'biome check --error-on-warnings',
});
const types = project.addTask('types', {
  description: 'Check the types of everything, tests and examples too',
  // The native compiler: a sixth of the time. By its path, since jsii's TypeScript has a `tsc` too.
  exec: 'node node_modules/typescript-7/bin/tsc --noEmit -p tsconfig.dev.json',
});
project.testTask.reset();
project.testTask.spawn(lint);
project.testTask.spawn(types);
project.testTask.exec('jest --ci', { receiveArgs: true });
project.addTask('verify', {
  description: 'Compile, translate the samples, and run every check and test',
  exec: 'tsx --tsconfig tsconfig.dev.json projenrc/verify.ts',
  receiveArgs: true,
});
// `projen build` makes the one package that needs nothing but Node.js; of the others, the release makes each
// in a job of its own.
project.packageTask.reset('projen package:js');
const readmeLinks = project.addTask('readme-links', {
  description: 'Make the links absolute in the README that goes into the packages',
  exec: 'tsx --tsconfig tsconfig.dev.json projenrc/package-readme.ts',
});
for (const language of ['python', 'java', 'dotnet', 'go'])
  project.tasks.tryFind(`package:${language}`)?.prependSpawn(readmeLinks);
// The tarball, from which a release makes these packages, has no translations: without them, pacmak would
// call the TypeScript Python.
for (const language of ['python', 'java', 'dotnet'])
  project.tasks.tryFind(`package:${language}`)?.prependSpawn(rosetta);
const goSamples = project.addTask('go-samples', {
  description: "Take the translated samples, which are not Go, out of pacmak's Go module",
  exec: 'tsx --tsconfig tsconfig.dev.json projenrc/go-samples.ts',
});
project.tasks.tryFind('package:go')?.spawn(goSamples);
const here = project.addTask('package:here', {
  description: 'Compile, and make every package that can be built without .NET, and the .NET sources',
});
here.spawn(project.compileTask);
here.spawn(rosetta);
here.spawn(readmeLinks);
here.exec('jsii-pacmak -v -t js -t python -t java -t go --maven-local-repository .cache/maven');
here.spawn(goSamples);
here.exec('jsii-pacmak -v -t dotnet --code-only');
project.package.setScript('test', 'projen verify');
jest.addIgnorePattern(ON_DEMAND);
project.addTask('verify:all', {
  description:
    'The tests on demand, which do not fit into the test command; the last result is in test/verified.json',
  exec: 'tsx --tsconfig tsconfig.dev.json projenrc/verify-all.ts',
  receiveArgs: true,
});
// The first command after `npm ci`: some tests read what compile and rosetta write.
const unit = project.addTask('test:unit', {
  description:
    'The tests that need no sandbox, emulator, packages or reviewers; compiles first what is not up to date',
});
unit.spawn(project.compileTask, { condition: 'node projenrc/newer.js .jsii src' });
unit.spawn(rosetta, { condition: 'node projenrc/newer.js .jsii.tabl.json .jsii README.md' });
// `--ci` is last, or the patterns would swallow the names of files that are given.
unit.exec(
  "jest --testPathIgnorePatterns '/node_modules/' '/test/(boot|deploy|languages|reviewers)/' " +
    `'${ON_DEMAND}' --ci`,
  { receiveArgs: true },
);
// The source is on GitHub; in the package, maps with the source in them would be more than half of it.
for (const option of ['inlineSourceMap', 'inlineSources']) {
  project.tryFindObjectFile('tsconfig.json')?.addOverride(`compilerOptions.${option}`, false);
}
// What a node's image has is not ours to format: an empty ecs.config.json is as the AMI has it. The last
// pattern wins, so it goes to the end.
project
  .tryFindObjectFile('biome.jsonc')
  ?.addToArray('files.includes', '!test/boot/harness/node', '!test/golden', '!test/aws/snapshots');
// PyPI's own categories; projen has no option for them.
project
  .tryFindObjectFile('package.json')
  ?.addOverride('jsii.targets.python.classifiers', [
    'Framework :: AWS CDK',
    'Framework :: AWS CDK :: 2',
    'Topic :: System :: Clustering',
  ]);
project.tasks.addEnvironment('JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION', '20');
project.synth();
