import { type CfnResource, Token } from 'aws-cdk-lib';
import { identityOf, identityOfResource } from './references';
import { field, opened, openedList, property } from './resource';
import type { StageResources } from './stage-resources';

const GROUP = 'AWS::EC2::SecurityGroup';
const RULES = {
  ingress: { type: 'AWS::EC2::SecurityGroupIngress', list: 'securityGroupIngress', group: 'source' },
  egress: { type: 'AWS::EC2::SecurityGroupEgress', list: 'securityGroupEgress', group: 'destination' },
} as const;

export type Direction = keyof typeof RULES;

const DIRECTIONS = Object.keys(RULES) as Direction[];

/** The types of resources that are a rule alone. */
export const RULE_TYPES: readonly string[] = DIRECTIONS.map((direction) => RULES[direction].type);

/** Some ports of a protocol. */
export interface Ports {
  readonly protocol: 'tcp' | 'udp';
  readonly from: number;
  readonly to: number;
}

/**
 * A rule of a security group, as it is rendered: in the group, or as a resource. What is not known yet is
 * undefined.
 */
export interface SecurityRule {
  /** The group, or the resource that is the rule alone. */
  readonly resource: CfnResource;
  readonly direction: Direction;
  /** The identity of the group that has the rule. */
  readonly group: string;
  /** In lower case; `-1` is all of them. */
  readonly protocol?: string;
  readonly from?: number;
  readonly to?: number;
  readonly ipv4?: string;
  readonly ipv6?: string;
  /** The identity of the security group at the other end. */
  readonly peer?: string;
  /** The list of prefixes at the other end, or what else is not looked into. */
  readonly other?: string;
}

/** The rules of the security groups of a stage, in any of its stacks. */
export class SecurityRules {
  public static of(resources: StageResources): SecurityRules {
    return resources.index(makeRules);
  }

  private readonly rules = new Map<string, SecurityRule[]>();
  private readonly groups = new Set<string>();
  private readonly closed = new Set<string>();

  public constructor(resources: StageResources) {
    for (const group of resources.ofType(GROUP)) {
      const identity = identityOfResource(group);
      this.groups.add(identity);
      // Left out, EC2 lets everything out.
      if (property(group, RULES.egress.list) !== undefined) this.closed.add(identity);
      for (const direction of DIRECTIONS) {
        for (const rule of openedList(group, property(group, RULES[direction].list)))
          this.add(readRule(group, direction, identity, (name) => field(rule, name)));
      }
    }
    for (const direction of DIRECTIONS) {
      for (const resource of resources.ofType(RULES[direction].type)) {
        const rule = readRuleResource(resource);
        if (rule !== undefined) this.add(rule);
      }
    }
  }

  /** Whether the app has the group: of another one not all rules are known. */
  public knows(group: string): boolean {
    return this.groups.has(group);
  }

  /** Whether the app says what leaves the group: nothing else does. */
  public controlsEgress(group: string): boolean {
    return this.closed.has(group);
  }

  public of(group: string, direction: Direction): SecurityRule[] {
    return (this.rules.get(group) ?? []).filter((rule) => rule.direction === direction);
  }

  /** All of them, by the identity of the group that has them. */
  public get all(): ReadonlyMap<string, SecurityRule[]> {
    return this.rules;
  }

  private add(rule: SecurityRule): void {
    const list = this.rules.get(rule.group);
    if (list === undefined) this.rules.set(rule.group, [rule]);
    else list.push(rule);
  }
}

/** The rule that a resource is, if it is one. */
export function readRuleResource(resource: CfnResource): SecurityRule | undefined {
  const direction = DIRECTIONS.find((one) => RULES[one].type === resource.cfnResourceType);
  const group = identityOf(resource, opened(resource, property(resource, 'groupId')));
  if (direction === undefined || group === undefined) return undefined;
  return readRule(resource, direction, group, (name) => property(resource, name));
}

/**
 * A text that is the same for the same rule; undefined where a part of it is not known, or has a condition.
 */
export function identityOfRule(rule: SecurityRule): string | undefined {
  const { resource, direction, group, protocol, from, to, ipv4, ipv6, peer, other } = rule;
  const end = ipv4 ?? ipv6 ?? peer ?? other;
  if (protocol === undefined || end === undefined || resource.cfnOptions.condition !== undefined)
    return undefined;
  const ports = protocol === '-1' ? [] : [from, to];
  if (ports.includes(undefined)) return undefined;
  return [direction, group, protocol, ...ports, end].join('\n');
}

function makeRules(resources: StageResources): SecurityRules {
  return new SecurityRules(resources);
}

function readRule(
  resource: CfnResource,
  direction: Direction,
  group: string,
  read: (name: string) => unknown,
): SecurityRule {
  const value = (name: string) => opened(resource, read(name));
  const end = RULES[direction].group;
  const prefixes = value(`${end}PrefixListId`);
  return {
    resource,
    direction,
    group,
    protocol: protocolOf(value('ipProtocol')),
    from: numberOf(value('fromPort')),
    to: numberOf(value('toPort')),
    ipv4: textOf(value('cidrIp')),
    ipv6: textOf(value('cidrIpv6')),
    peer: identityOf(resource, value(`${end}SecurityGroupId`) ?? value(`${end}SecurityGroupName`)),
    other: identityOf(resource, prefixes),
  };
}

function protocolOf(value: unknown): string | undefined {
  if (value === undefined || Token.isUnresolved(value)) return undefined;
  const text = String(value).toLowerCase();
  return { '6': 'tcp', '17': 'udp', all: '-1' }[text] ?? text;
}

function numberOf(value: unknown): number | undefined {
  return value === undefined || Token.isUnresolved(value) ? undefined : Number(value);
}

/** A token stays what it is: a text that can be compared. */
function textOf(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Whether a rule lets all of these ports through, as far as it is known. */
export function coversPorts(rule: SecurityRule, { protocol, from, to }: Ports): boolean {
  if (rule.protocol === '-1' || rule.protocol === undefined) return true;
  if (rule.protocol !== protocol) return false;
  return (rule.from === undefined || rule.from <= from) && (rule.to === undefined || rule.to >= to);
}
