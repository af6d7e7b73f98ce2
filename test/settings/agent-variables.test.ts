import { Duration, Size } from 'aws-cdk-lib';
import type { AgentConfig } from '../../src/settings/agent-config';
import {
  AGENT_VARIABLES,
  DEFAULT_AGENT_CONFIG,
  mergeAgentConfig,
  renderAgentConfig,
  UNSUPPORTED_VARIABLES,
} from '../../src/settings/agent-variables';
import { README_VARIABLES } from './readme-variables';

const typed = Object.values(AGENT_VARIABLES).map(({ variable }) => variable);

describe('the table of variables', () => {
  test.each(README_VARIABLES)('%s is typed or named as left out with a reason', (variable) => {
    expect(Number(typed.includes(variable)) + Number(variable in UNSUPPORTED_VARIABLES)).toBe(1);
  });

  test('has no variable twice, and none that is left out', () => {
    expect(new Set(typed).size).toBe(typed.length);
    expect(typed.filter((variable) => variable in UNSUPPORTED_VARIABLES)).toEqual([]);
  });

  test('has no variable that the agent does not document', () => {
    expect(typed.filter((variable) => !README_VARIABLES.includes(variable))).toEqual([]);
  });

  test('names each field as its variable, without ECS_ and ENGINE_', () => {
    // The field's own words, where the variable does not separate them, counts in a unit, or is the agent's
    // and not the tasks'.
    const differing: Record<string, string> = {
      agentLogDriver: 'LOG_DRIVER',
      agentLogOptions: 'LOG_OPTS',
      enableAwslogsExecutionRoleOverride: 'ENABLE_AWSLOGS_EXECUTIONROLE_OVERRIDE',
      excludeUntrackedImages: 'EXCLUDE_UNTRACKED_IMAGE',
      logLevel: 'LOGLEVEL',
      logLevelOnInstance: 'LOGLEVEL_ON_INSTANCE',
      logMaxFileSize: 'LOG_MAX_FILE_SIZE_MB',
      nonEcsImageMinimumCleanupAge: 'NON_ECS_IMAGE_MINIMUM_CLEANUP_AGE',
    };
    for (const [option, { variable }] of Object.entries(AGENT_VARIABLES)) {
      const words = option.replace(/([A-Z])/g, '_$1').toUpperCase();
      expect(`${option}: ${variable.replace(/^ECS_(ENGINE_)?/, '')}`).toBe(
        `${option}: ${differing[option] ?? words}`,
      );
    }
  });
});

describe('the defaults', () => {
  test('are always written, and nothing else is', () => {
    expect(renderAgentConfig({})).toEqual([
      { variable: 'ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION', value: '1h' },
      { variable: 'ECS_CONTAINER_STOP_TIMEOUT', value: '5m' },
      { variable: 'ECS_DYNAMIC_HOST_PORT_RANGE', value: '32768-65535' },
      { variable: 'ECS_AWSVPC_BLOCK_IMDS', value: 'true' },
      { variable: 'ECS_ENABLE_SPOT_INSTANCE_DRAINING', value: 'true' },
      { variable: 'ECS_UPDATES_ENABLED', value: 'true' },
    ]);
    expect(renderAgentConfig(DEFAULT_AGENT_CONFIG)).toEqual(renderAgentConfig({}));
  });

  test('give way to what is set, field by field', () => {
    expect(
      renderAgentConfig({ containerStopTimeout: Duration.seconds(30), reservedMemory: Size.mebibytes(64) }),
    ).toEqual([
      { variable: 'ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION', value: '1h' },
      { variable: 'ECS_CONTAINER_STOP_TIMEOUT', value: '30s' },
      { variable: 'ECS_DYNAMIC_HOST_PORT_RANGE', value: '32768-65535' },
      { variable: 'ECS_AWSVPC_BLOCK_IMDS', value: 'true' },
      { variable: 'ECS_RESERVED_MEMORY', value: '64' },
      { variable: 'ECS_ENABLE_SPOT_INSTANCE_DRAINING', value: 'true' },
      { variable: 'ECS_UPDATES_ENABLED', value: 'true' },
    ]);
  });
});

describe('merging two configurations', () => {
  const base: AgentConfig = { taskPidsLimit: 1, pollMetrics: true, environment: { A: '1', B: '2' } };

  test('lets the second win, field by field', () => {
    expect(mergeAgentConfig(base, { taskPidsLimit: 2, warmPoolsCheck: true })).toEqual({
      ...base,
      taskPidsLimit: 2,
      warmPoolsCheck: true,
    });
  });

  test('takes a field that is undefined, or null from another language, for one that is left out', () => {
    const over = { taskPidsLimit: undefined, pollMetrics: null } as unknown as AgentConfig;
    expect(mergeAgentConfig(base, over)).toEqual(base);
    expect(mergeAgentConfig(undefined, undefined)).toEqual({});
  });

  test('takes false for a value', () => {
    expect(mergeAgentConfig(base, { pollMetrics: false }).pollMetrics).toBe(false);
  });

  test('replaces the environment as a whole, as any other field', () => {
    expect(mergeAgentConfig(base, { environment: { C: '3' } }).environment).toEqual({ C: '3' });
  });

  test('changes neither', () => {
    const before = JSON.stringify(base);
    mergeAgentConfig(base, { taskPidsLimit: 2 });
    expect(JSON.stringify(base)).toBe(before);
  });
});

describe('the order of the lines', () => {
  test('is that of the table, then that of the names in the environment', () => {
    const lines = renderAgentConfig({
      environment: { B: '2', A: '1', _: '0' },
      updatesEnabled: true,
      pollMetrics: true,
      disableMetrics: false,
    });
    const variables = lines.map(({ variable }) => variable);
    const ofTable = variables.slice(0, -3);
    expect(ofTable).toEqual([...ofTable].sort((a, b) => typed.indexOf(a) - typed.indexOf(b)));
    expect(variables.slice(-3)).toEqual(['A', 'B', '_']);
  });
});
