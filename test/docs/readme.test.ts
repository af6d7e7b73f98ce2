import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { beforeTheExample, readmeExample, runInTypeScript } from './language-examples';
import { page } from './markdown';
import { translatedSamples } from './translated-samples';

const example = readmeExample();

test('the example at the top stands there in TypeScript, Python, Java, C# and Go', () => {
  expect([...example.keys()]).toEqual(['ts', 'python', 'java', 'csharp', 'go']);
});

// The Go is written by hand, since what jsii-rosetta makes is not Go. test/languages runs it, and the
// Python and the Java.
test.each(['python', 'java', 'csharp'])('its %s is what jsii-rosetta makes of the TypeScript', (language) => {
  const ours = translatedSamples().find(({ typescript }) => typescript === example.get('ts'));
  expect(ours?.translations[language]).toBe(example.get(language));
});

test('cluster and tier of the example are nine resources, and no Lambda function', () => {
  const typesOf = (prepare: (stack: Stack) => unknown): string[] => {
    const stack = new Stack(new App(), 'Readme');
    prepare(stack);
    return Object.values(Template.fromStack(stack).toJSON().Resources).map(
      (resource) => (resource as { Type: string }).Type,
    );
  };
  const before = typesOf(beforeTheExample);
  const types = typesOf((stack) => runInTypeScript(example, stack));
  expect(types.filter((type) => type === 'AWS::ECS::Service')).toHaveLength(1);
  expect(types).toHaveLength(before.length + 9 + 1);
  expect(types).not.toContain('AWS::Lambda::Function');
});

test('the version that a Java user is told to take is the newest of the changelog', () => {
  const newest = /^## \[(\d[\d.]*)\]|^The first release, (\d+\.\d+\.\d+)\.$/m.exec(
    page('CHANGELOG.md').lines.join('\n'),
  );
  const told = /<artifactId>cdk-ecs-auto-scaled-cluster<\/artifactId>\s*<version>([^<]*)</.exec(
    page('docs/getting-started.md').lines.join('\n'),
  );
  expect(told?.[1]).toBe(newest?.[1] ?? newest?.[2]);
});
