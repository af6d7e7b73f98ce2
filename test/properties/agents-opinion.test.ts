/**
 * What the script leaves in /etc/ecs/ecs.config, in the eyes of the agent: for random configurations, every
 * field arrives with the meaning that it had in TypeScript, and nothing is discarded, clamped or warned
 * about. The agent's rules are those of `test/boot/harness/ecsconfig`, in Go as the agent itself.
 */
import { Duration, Size } from 'aws-cdk-lib';
import * as fc from 'fast-check';
import { NodeBootstrap } from '../../src/bootstrap/node-bootstrap';
import { renderAmazonLinux } from '../../src/bootstrap/private/amazon-linux-renderer';
import type { AgentConfig } from '../../src/settings/agent-config';
import {
  AGENT_VARIABLES,
  type AgentOption,
  DEFAULT_AGENT_CONFIG,
  mergeAgentConfig,
} from '../../src/settings/agent-variables';
import { interpretAll } from '../boot/harness';
import { seeds } from '../helpers/on-demand';
import { FakeNode } from '../helpers/user-data';
import { readAsSystemd } from '../settings/readers';
import { agentConfig, opinions, withoutContradictions } from './agent-config';

// Real processes, on a machine that may be busy.
jest.setTimeout(seeds(180_000, 1_800_000));

/** How many configurations: each field is in about half of them. */
const RUNS = seeds(25, 300);

/** What bash has made of a configuration; ECS_LOG_OPTS as ecs-init gets it, which is through systemd. */
async function ecsConfigOf(agent: AgentConfig): Promise<string> {
  const node = new FakeNode();
  try {
    const { text } = renderAmazonLinux(new NodeBootstrap({ clusterName: 'orders', agent })._settings);
    expect([await node.run(text), node.stamped]).toEqual([{ status: 0, output: '' }, true]);
    const config = node.read('etc/ecs/ecs.config');
    const options = readAsSystemd(config).get('ECS_LOG_OPTS');
    return config.replace(/^ECS_LOG_OPTS=.*$/m, () => `ECS_LOG_OPTS=${options}`);
  } finally {
    node.remove();
  }
}

test('every field of random configurations arrives at the agent with the meaning that it had', async () => {
  const configs: AgentConfig[] = [];
  const files: string[] = [];
  await fc.assert(
    fc.asyncProperty(agentConfig, async (agent) => {
      configs.push(mergeAgentConfig(DEFAULT_AGENT_CONFIG, agent));
      files.push(await ecsConfigOf(agent));
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
  const seen = new Set<string>();
  for (const [index, readings] of interpretAll(files).entries()) {
    const { wanted, is, bad } = opinions(configs[index], readings);
    expect(bad).toEqual({});
    expect(is).toEqual(wanted);
    for (const option of Object.keys(wanted)) seen.add(option);
    const known = Object.keys(readings).filter((variable) => readings[variable].verdict === 'unknown');
    expect(known).toEqual([]);
  }
  expect([...seen].sort()).toEqual(Object.keys(AGENT_VARIABLES).sort());
});

/** The lower bound of a field or its upper one, or a member of its enum. */
function atTheEdge(option: AgentOption, index: number): unknown {
  const { kind, bounds, values } = AGENT_VARIABLES[option].value;
  if (values !== undefined) return values[index % values.length];
  const bound = index % 2 === 0 ? bounds?.min : bounds?.max;
  if (bound === undefined) return undefined;
  if (kind === 'duration') return Duration.millis(bound * 1000);
  if (kind === 'mebibytes') return Size.mebibytes(bound);
  return kind === 'integer' ? bound : undefined;
}

test('every bound of every field, and every member of every enum, is one that the agent accepts', async () => {
  const options = Object.keys(AGENT_VARIABLES) as AgentOption[];
  const members = Math.max(...options.map((option) => AGENT_VARIABLES[option].value.values?.length ?? 2));
  const configs: AgentConfig[] = [];
  const files: string[] = [];
  for (let index = 0; index < members; index++) {
    const edges = options
      .map((option) => [option, atTheEdge(option, index)])
      .filter(([, value]) => value !== undefined);
    configs.push(withoutContradictions(Object.fromEntries(edges)));
    files.push(await ecsConfigOf(configs[index]));
  }
  for (const [index, readings] of interpretAll(files).entries()) {
    const { wanted, is, bad } = opinions(configs[index], readings);
    expect([bad, is]).toEqual([{}, wanted]);
  }
});
