import { goReadme, withoutExamples } from '../../projenrc/go-samples';
import { inPackages } from '../../projenrc/package-readme';
import { readmeExample } from './language-examples';
import { anchors, blocks, page } from './markdown';

const readme = page('README.md').lines.join('\n');
const linesOf = (text: string) => ({ path: 'README.md', lines: text.split('\n') });

describe('the README of the Go module', () => {
  const ours = goReadme(readme);

  test('begins with the example in Go, and has the others in TypeScript as they stand in the README', () => {
    const [first, ...others] = blocks(linesOf(ours)).filter(({ language }) => language !== 'sh');
    expect([first.language, first.code]).toEqual(['go', readmeExample().get('go')]);
    const written = blocks(page('README.md')).filter(({ language }) => language === 'ts');
    expect(written.length).toBeGreaterThan(2);
    expect(others.map(({ language, code }) => [language, code])).toEqual(
      written.slice(1).map(({ code }) => ['ts', code]),
    );
  });

  test('says once that they are, before the first of them, and where to read on', () => {
    const lines = ours.split('\n');
    const note = lines.findIndex((line) => /are TypeScript/.test(line));
    expect(lines[note + 2]).toBe('```ts');
    expect(lines.filter((line) => /are TypeScript/.test(line))).toHaveLength(1);
    expect(lines.indexOf('```ts')).toBe(note + 2);
    const [, path, anchor] = /\]\((.*?)#(.*?)\)/.exec(lines[note]) ?? [];
    expect([...anchors(page(path))]).toContain(anchor);
  });

  test('is the README otherwise', () => {
    const kept = (text: string) =>
      text.replace(/<details>[\s\S]*<\/details>\n\n/, '').replace(/^```(ts|go)\n[\s\S]*?^```/m, '');
    expect(kept(ours).replace(/^.* are TypeScript: .*\n\n/m, '')).toBe(kept(readme));
  });

  test('is not made of a README that has no example in Go', () => {
    expect(() => goReadme('```ts\na();\n```\n')).toThrow('no example in Go');
  });
});

test('in the other packages, whose first sample pacmak translates, the translations below it are left out', () => {
  const assembly = { repository: { url: 'https://github.com/owner/name.git' }, version: '0.0.0' };
  const packaged = inPackages(readme, assembly);
  expect(blocks(linesOf(packaged))).toHaveLength(blocks(page('README.md')).length - readmeExample().size + 1);
  expect(packaged).not.toContain('<details>');
  expect(inPackages(packaged, assembly)).toBe(packaged);
});

// As pacmak writes them; those of struct fields, of which this library has none, are from CDK.
describe('a doc comment of Go', () => {
  test.each<[string, string, string]>([
    [
      'of a type',
      `
// The role of a node.
//
// Nothing else is in it.
//
// Example:
//   var vpc IVpc
//
//   role := cdkecsautoscaledcluster.NewNodeRole(this, jsii.String("ProductionRole"))
//   cdkecsautoscaledcluster.NewEcsAutoScaledCluster(this, jsii.String("Orders"), &EcsAutoScaledClusterProps{
//   	Vpc: Vpc,
//   })
//
type NodeRole interface {
`,
      `
// The role of a node.
//
// Nothing else is in it.
type NodeRole interface {
`,
    ],
    [
      'of a function',
      `
// in \`usePrecreatedRoles\`.
//
// Example:
//   declare const app: App;
//   iam.Role.customizeRoles(app, {
//     usePrecreatedRoles: {
//       'ConstructPath/To/Role': 'my-precreated-role-name',
//     },
//   });
//
func NodeRole_CustomizeRoles(scope constructs.Construct, options *awsiam.CustomizeRolesOptions) {
	_init_.Initialize()
`,
      `
// in \`usePrecreatedRoles\`.
func NodeRole_CustomizeRoles(scope constructs.Construct, options *awsiam.CustomizeRolesOptions) {
	_init_.Initialize()
`,
    ],
    [
      'of a field, with more below it',
      `
	// Docker [build secrets].
	//
	// Example:
	//   import { DockerBuildSecret } from 'aws-cdk-lib';
	//
	//   const buildSecrets = {
	//     'MY_SECRET': DockerBuildSecret.fromSrc('file.txt')
	//   };
	//
	// See: https://docs.docker.com/build/buildkit/
	//
	// Default: - no build secrets.
	//
	BuildSecrets *map[string]*string \`field:"optional" json:"buildSecrets" yaml:"buildSecrets"\`
	// The type of cache to use.
	//
	// Example:
	//   "registry"
	//
	// Default: - unspecified.
	//
	Type *string \`field:"required" json:"type" yaml:"type"\`
`,
      `
	// Docker [build secrets].
	//
	// See: https://docs.docker.com/build/buildkit/
	//
	// Default: - no build secrets.
	//
	BuildSecrets *map[string]*string \`field:"optional" json:"buildSecrets" yaml:"buildSecrets"\`
	// The type of cache to use.
	//
	// Default: - unspecified.
	//
	Type *string \`field:"required" json:"type" yaml:"type"\`
`,
    ],
    [
      'that is an example and nothing else, or begins with one',
      `
	// Example:
	//   awscdk.Mixins_Of(*scope).RequireAll()
	//
	RequireAll() MixinApplicator
	// Example:
	//   a.B()
	//
	// Deprecated: use C.
	B()
`,
      `
	RequireAll() MixinApplicator
	// Deprecated: use C.
	B()
`,
    ],
    [
      'as gofmt writes them',
      `
// A role.
//
// Example:
//
//	role := NewNodeRole()
//	if role {
//		return
//	}
type NodeRole interface {
`,
      `
// A role.
type NodeRole interface {
`,
    ],
  ])('%s: the example goes, and nothing else', (_, written, left) => {
    expect(withoutExamples(written)).toBe(left);
    expect(withoutExamples(left)).toBe(left);
  });

  test.each([
    '// Example: `NodeReplacement.rolling()`.\ntype A interface {\n',
    '// For example:\n//   a\n//\n// B.\ntype A interface {\n',
    '// Example:\n// ```ts\n// a();\n// ```\ntype A interface {\n',
  ])('that somebody has written himself stays: %j', (written) => {
    expect(withoutExamples(written)).toBe(written);
  });
});
