import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { App } from 'aws-cdk-lib';
import { type Statement, statementsOf } from './statements';

const DOCUMENT = join(__dirname, '..', '..', 'docs', 'permissions.md');

/** The policies of the fleet's machines, by what is looked after; and the headings of the document. */
const MACHINE = /:(\w+)\/(?:Machine\/(?:Role\/DefaultPolicy|Continue)|\w+\/Policy\d+)\/Resource$/;
const MACHINES: Record<string, string> = {
  ReadinessGate: 'Readiness gate',
  Cordon: 'Cordon',
  Repair: 'Repair',
  DrainLimits: 'Drain limits',
  Consolidation: 'Consolidation',
  ImageUpdates: 'Image updates',
};

/**
 * Whose permissions a policy holds, by its place in the estates of test/reviewers; nobody's of ours:
 * `undefined`. The headings of the document.
 */
const OWNERS: [RegExp, ((statement: Statement) => string | undefined) | string | undefined][] = [
  [/\/NodePermissions\w+\/(Policy|ManagedPolicy)\/Resource$/, 'Node'],
  [/(^|\/)(Role|Template\/Role)\/Resource$/, 'Node'],
  [MACHINE, ({ path }) => MACHINES[MACHINE.exec(path)?.[1] ?? '']],
  [/\/Machine\/Resource\/EventsRole\/DefaultPolicy\/Resource$/, 'Rule'],
  [/\/SchedulerRoleForTarget-\w+\/DefaultPolicy\/Resource$/, 'Schedule'],
  [/\/ForceDelete\/CustomResourcePolicy\/Resource$/, 'Deletion by force'],
  // What else the user's own key and topic allow is the user's, or the CDK's.
  [
    /^Keys\/Key\/Resource$/,
    ({ sid, actions }) =>
      sid !== '–' ? 'Key of a volume' : actions.includes('kms:*') ? undefined : 'Topic of alarms',
  ],
  [
    /^Everything\/Operators\/Policy\/Resource$/,
    ({ sid }) => (sid === 'AllowPublishThroughSSLOnly' ? undefined : 'Topic of alarms'),
  ],
  // The execution roles of the services that run there.
  [/\/(TaskDef|TaskDefinition)\/ExecutionRole\/DefaultPolicy\/Resource$/, undefined],
];

/** Whose a statement is, or `undefined` if it is none of ours. */
export function ownerOf(statement: Statement): string | undefined {
  const found = OWNERS.find(([place]) => place.test(statement.path));
  if (found === undefined)
    throw new Error(
      `whose policy is ${statement.path}? Name it in test/iam/permission-tables.ts and in ` +
        'docs/permissions.md',
    );
  return typeof found[1] === 'function' ? found[1](statement) : found[1];
}

/** An ARN as the document writes it. */
function short(text: string): string {
  return text
    .replace(/arn:aws:(\w+):(?:eu-central-1)?:123456789012:/g, '$1:')
    .replace(/^secretsmanager:secret:.*$/, 'secretsmanager:secret:<secret>')
    .replace(/^arn:aws:ssm:[^:]*::parameter\/aws\/service\/.*$/, 'ssm:parameter/aws/service/<image>')
    .replace('eu-central-1', '<region>')
    .replace(/\b123456789012\b/, '<account>');
}

/** The library's permissions in an app: one line for each action. */
export function permissionsIn(app: App): string[] {
  const lines = statementsOf(app).flatMap((statement) => {
    const owner = ownerOf(statement);
    if (owner === undefined) return [];
    const { sid, actions, resources, conditions } = statement;
    return actions.map((action) => line(owner, sid, action, resources.map(short), conditions.map(short)));
  });
  return [...new Set(lines)].sort();
}

/** The permissions that the document lists, likewise. */
export function permissionsInDocument(): string[] {
  const [, ...sections] = readFileSync(DOCUMENT, 'utf8').split('\n## ');
  const lines = sections.flatMap((section) => {
    const owner = section.slice(0, section.indexOf('\n'));
    const rows = section.split('\n').filter((row) => row.startsWith('| `'));
    return rows.flatMap((row) => {
      const [sid, actions, resources, conditions, why = ''] = row
        .slice(2)
        .split(/ (?=\| )/)
        .map((cell) => cell.replace(/^\| /, ''));
      if (why.replace(/ \|$/, '').length < 20)
        throw new Error(`docs/permissions.md gives no reason in: ${row}`);
      return codeIn(actions).map((action) =>
        line(owner, codeIn(sid)[0], action, codeIn(resources), codeIn(conditions)),
      );
    });
  });
  const twice = lines.filter((one, index) => lines.indexOf(one) !== index);
  if (twice.length > 0) throw new Error(`docs/permissions.md has twice: ${twice.join('; ')}`);
  return lines.sort();
}

function line(owner: string, sid: string, action: string, resources: string[], conditions: string[]): string {
  return (
    `${owner}: ${sid}: ${action} on ` +
    `${[...new Set(resources)].join(', ')}${conditions.map((one) => ` if ${one}`).join('')}`
  );
}

function codeIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code);
}
