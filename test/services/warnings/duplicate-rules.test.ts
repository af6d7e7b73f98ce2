import {
  type App,
  CfnCondition,
  aws_ec2 as ec2,
  type aws_ecs as ecs,
  aws_elasticloadbalancingv2 as elbv2,
  Fn,
  Stack,
} from 'aws-cdk-lib';
import { EcsAutoScaledCluster } from '../../../src';
import { SMALL } from '../../helpers/estate';
import { ec2Service, newApp, TestStack, warnings } from '../helpers';

const ID = 'EcsAutoScaledCluster.duplicateRule';
const DYNAMIC = ec2.Port.tcpRange(32768, 65535);

/**
 * An app whose nodes are opened by hand to a balancer of the same stack, and whose services are elsewhere.
 */
class Infrastructure extends TestStack {
  public readonly nodes = new ec2.SecurityGroup(this, 'NodeSg', { vpc: this.vpc });
  public readonly front = new ec2.SecurityGroup(this, 'AlbSg', { vpc: this.vpc, allowAllOutbound: true });
  public readonly ours: EcsAutoScaledCluster;
  private readonly listener: elbv2.ApplicationListener;

  public constructor() {
    super(newApp(), 'Infra');
    this.ours = new EcsAutoScaledCluster(this, 'Orders', {
      vpc: this.vpc,
      securityGroups: [this.nodes],
      tiers: [{ name: 'general', instanceTypes: [SMALL] }],
    });
    const balancer = new elbv2.ApplicationLoadBalancer(this, 'Lb', {
      vpc: this.vpc,
      securityGroup: this.front,
    });
    this.listener = balancer.addListener('Listener', {
      port: 80,
      defaultAction: elbv2.ListenerAction.fixedResponse(404),
    });
  }

  public serviceIn(stack: Stack, priority = 1): ecs.Ec2Service {
    const service = ec2Service(stack, this.ours);
    const targetGroup = new elbv2.ApplicationTargetGroup(stack, 'Tg', {
      vpc: this.vpc,
      port: 80,
      targets: [service],
    });
    new elbv2.ApplicationListenerRule(stack, 'Rule', {
      listener: this.listener,
      priority,
      conditions: [elbv2.ListenerCondition.pathPatterns(['/x'])],
      targetGroups: [targetGroup],
    });
    return service;
  }

  public other(id = 'App'): Stack {
    return new Stack(this.node.root as App, id);
  }
}

function found(stack: Stack): string[] {
  return warnings(stack).flatMap(({ id, message }) => (id.endsWith(ID) ? [message] : []));
}

test('a rule written by hand that CDK adds too, in the stack of the service, gets a warning with what to remove', () => {
  const infra = new Infrastructure();
  infra.nodes.addIngressRule(infra.front, DYNAMIC);
  infra.serviceIn(infra.other());
  expect(found(infra)).toEqual([
    'The same ingress rule of a security group (tcp ports 32768-65535) is in the app twice: ' +
      '"Infra/NodeSg/from InfraAlbSg804DAF31:32768-65535" in the stack "Infra" and ' +
      '"App/Api/SecurityGroup1/from InfraAlbSg804DAF31:32768-65535" in the stack "App". EC2 refuses the ' +
      'second with InvalidPermission.Duplicate, and its deployment fails. Remove "Infra/NodeSg/from ' +
      'InfraAlbSg804DAF31:32768-65535": CDK adds the other for the load balancer of the service.',
  ]);
});

test.each<[string, (infra: Infrastructure) => unknown]>([
  [
    'as an L1, in a third stack',
    (infra) =>
      new ec2.CfnSecurityGroupIngress(infra.other('Rules'), 'Rule', {
        groupId: infra.nodes.securityGroupId,
        sourceSecurityGroupId: infra.front.securityGroupId,
        ipProtocol: 'tcp',
        fromPort: 32768,
        toPort: 65535,
      }),
  ],
  [
    'through an import of the group',
    (infra) =>
      ec2.SecurityGroup.fromSecurityGroupId(
        infra.other('Rules'),
        'Nodes',
        infra.nodes.securityGroupId,
      ).addIngressRule(infra.front, DYNAMIC),
  ],
])('it is found %s', (_, write) => {
  const infra = new Infrastructure();
  write(infra);
  infra.serviceIn(infra.other());
  const all = (infra.node.root as App).node.children.filter(Stack.isStack).flatMap(found);
  expect(all).toHaveLength(1);
  expect(all[0]).toContain('CDK adds the other for the load balancer of the service.');
});

test('two services behind one balancer, in two stacks, get a warning: CDK adds both', () => {
  const infra = new Infrastructure();
  const [one, other] = [infra.other('One'), infra.other('Other')];
  infra.serviceIn(one, 1);
  infra.serviceIn(other, 2);
  expect(found(one)).toHaveLength(1);
  expect(found(one)[0]).toContain('put these services into one stack.');
});

describe('no warning', () => {
  test.each<[string, (infra: Infrastructure) => unknown]>([
    [
      'where CDK merges them, in one stack',
      (infra) => {
        infra.nodes.addIngressRule(infra.front, DYNAMIC);
        infra.serviceIn(infra);
      },
    ],
    [
      'for other ports',
      (infra) => {
        infra.nodes.addIngressRule(infra.front, ec2.Port.tcp(80));
        infra.serviceIn(infra.other());
      },
    ],
    [
      'for another source',
      (infra) => {
        infra.nodes.addIngressRule(ec2.Peer.ipv4('10.0.0.0/16'), DYNAMIC);
        infra.serviceIn(infra.other());
      },
    ],
    ['without a service', (infra) => infra.nodes.addIngressRule(infra.front, DYNAMIC)],
    [
      'for a rule with a condition',
      (infra) => {
        infra.nodes.addIngressRule(infra.front, DYNAMIC);
        const rule = infra.nodes.node.children.find((child) => child.node.id.startsWith('from '));
        (rule as ec2.CfnSecurityGroupIngress).cfnOptions.condition = new CfnCondition(infra, 'Old', {
          expression: Fn.conditionEquals('a', 'a'),
        });
        infra.serviceIn(infra.other());
      },
    ],
    [
      "for groups that are not the nodes'",
      (infra) => {
        const group = new ec2.SecurityGroup(infra, 'Database', { vpc: infra.vpc });
        const import_ = ec2.SecurityGroup.fromSecurityGroupId(infra, 'Import', group.securityGroupId);
        for (const one of [group, import_]) one.addIngressRule(infra.front, ec2.Port.tcp(5432));
      },
    ],
  ])('%s', (_, write) => {
    const infra = new Infrastructure();
    write(infra);
    expect((infra.node.root as App).node.children.filter(Stack.isStack).flatMap(found)).toEqual([]);
  });
});
