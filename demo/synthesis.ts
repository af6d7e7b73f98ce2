import { App, Stack } from 'aws-cdk-lib';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { EcsAutoScaledCluster } from 'cdk-ecs-auto-scaled-cluster';
import { Estate } from '../examples/article/estate';
import { evaluate } from '../test/helpers/user-data';

/** The article's estate, synthesized. */
export interface SynthesizedEstate {
  readonly assembly: CloudAssembly;
  readonly clusters: EcsAutoScaledCluster[];
}

/** A node of the estate, as EC2 would get it. */
export interface EstateNode {
  readonly clusterName: string;
  readonly tierName: string;
  readonly userData: string;
  readonly tags: Record<string, string>;
}

const SECRET = 'docker/registry';
const ACCOUNT = '123456789012';
const REGION = 'eu-central-1';

export function synthesize(outdir: string): SynthesizedEstate {
  const app = new App({ outdir });
  const estate = new Estate(app, 'Article');
  const assembly = app.synth();
  const clusters = estate.node.findAll().filter((construct) => construct instanceof EcsAutoScaledCluster);
  return { assembly, clusters };
}

/** One row for each tier: what the estate is made of. */
export function rowsOf({ assembly, clusters }: SynthesizedEstate): string[][] {
  return clusters.flatMap((cluster) =>
    cluster.tiers.map((tier) => {
      const { resources, groupId, templateId } = idsOf(assembly, cluster, tier.name);
      const { MinSize, MaxSize } = resources[groupId].Properties;
      const own = tier.template.node.path.startsWith(cluster.node.path);
      return [
        namesOf(resources, groupId),
        tier.name,
        tier.template.instanceTypes.join(', '),
        `${MinSize} to ${MaxSize}`,
        tier.template.role.node.path.replace(/^Article\//, ''),
        own ? 'its own' : `shared: ${tier.template.node.path.replace(/^Article\//, '')}`,
        `${userDataOf(resources, templateId).length} B`,
      ];
    }),
  );
}

/**
 * The node to boot: of a shared template, so that it has to find its cluster, and with a registry's secret.
 */
export function nodeOf(
  { assembly, clusters }: SynthesizedEstate,
  clusterName: string,
  tierName: string,
): EstateNode {
  const cluster = clusters.find((candidate) => {
    const { resources, groupId } = idsOf(assembly, candidate, candidate.tiers[0].name);
    return namesOf(resources, groupId) === clusterName;
  });
  if (cluster === undefined) throw new Error(`the estate has no cluster ${clusterName}`);
  const { resources, groupId, templateId } = idsOf(assembly, cluster, tierName);
  const tags = Object.fromEntries(
    // biome-ignore lint/suspicious/noExplicitAny: templates are untyped JSON
    resources[groupId].Properties.Tags.map((tag: any) => [
      tag.Key,
      evaluate(tag.Value, deployedNames(resources)),
    ]),
  );
  return { clusterName, tierName, userData: userDataOf(resources, templateId), tags };
}

/** The secret as the registry's owner would have put it there; the password is made up. */
export function registrySecret(): { name: string; string: string; password: string } {
  const password = 'correct-horse-battery-staple';
  const auth = Buffer.from(`deploy:${password}`).toString('base64');
  return { name: SECRET, string: JSON.stringify({ 'registry.example.com': { auth } }), password };
}

// biome-ignore lint/suspicious/noExplicitAny: templates are untyped JSON
type Resources = Record<string, any>;

function idsOf(
  assembly: CloudAssembly,
  cluster: EcsAutoScaledCluster,
  tierName: string,
): { resources: Resources; groupId: string; templateId: string } {
  const stack = Stack.of(cluster);
  const resources = assembly.getStackByName(stack.stackName).template.Resources as Resources;
  const tier = cluster.tier(tierName);
  const groupId = stack.resolve(
    (tier.autoScalingGroup.node.defaultChild as { ref?: string } | undefined)?.ref,
  ).Ref as string;
  const group = resources[groupId].Properties;
  const specification =
    group.LaunchTemplate ?? group.MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification;
  return { resources, groupId, templateId: specification.LaunchTemplateId.Ref };
}

/** What `Ref` gives for the clusters of a stack: their names. */
function deployedNames(resources: Resources): Record<string, string> {
  const clusters = Object.entries(resources).filter(([, resource]) => resource.Type === 'AWS::ECS::Cluster');
  return Object.fromEntries(clusters.map(([id, resource]) => [id, resource.Properties.ClusterName]));
}

function namesOf(resources: Resources, groupId: string): string {
  // biome-ignore lint/suspicious/noExplicitAny: templates are untyped JSON
  const tag = resources[groupId].Properties.Tags.find((candidate: any) => candidate.Key === 'ClusterName');
  return evaluate(tag.Value, deployedNames(resources));
}

function userDataOf(resources: Resources, templateId: string): string {
  const { UserData } = resources[templateId].Properties.LaunchTemplateData;
  const imports = Object.fromEntries(
    importsIn(UserData).map((name) => [name, `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:${SECRET}`]),
  );
  return evaluate(UserData['Fn::Base64'] ?? UserData, {
    ...deployedNames(resources),
    ...imports,
    'AWS::AccountId': ACCOUNT,
    'AWS::Region': REGION,
  });
}

/** Values of other stacks: in this estate, of the secret. */
function importsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(importsIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'Fn::ImportValue' && typeof inner === 'string' ? [inner] : importsIn(inner),
  );
}
