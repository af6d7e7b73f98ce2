import { Duration, Size } from 'aws-cdk-lib';
import * as fc from 'fast-check';
import { ValidationError } from '../../src/private/errors';
import type { AgentConfig } from '../../src/settings/agent-config';
import type { AgentValue } from '../../src/settings/agent-values';
import { AGENT_VARIABLES, type AgentLine, renderAgentConfig } from '../../src/settings/agent-variables';
import { withoutContradictions } from '../properties/agent-config';
import { configFile, readAsEcsInit, readAsSystemd } from './readers';

const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom(
      '\n',
      '\r',
      '\0',
      '"',
      "'",
      '\\',
      '=',
      ' ',
      '\t',
      '$',
      '{',
      '}',
      ',',
      'a',
      '\u0085',
      '\u2028',
      '\ud800',
      '#',
    ),
  }),
);
/** Text that is mostly let through and that a careless reader or writer would change. */
const awkward = fc.string({
  unit: fc.constantFrom('"', "'", '\\', '=', ' ', '$', '#', '{', 'a', 'n', 'é'),
  maxLength: 6,
});
const word = fc.stringMatching(/^[a-z][a-z0-9]{0,9}$/);
const port = fc.integer({ min: 1, max: 65535 });
const upTo = (max: number | undefined) => Math.min(max ?? 1_000_000, 1_000_000);

/** Valid values of each kind, from the bounds in the table. */
const VALID: Record<string, (value: AgentValue<never>, option: string) => fc.Arbitrary<unknown>> = {
  duration: ({ bounds }) =>
    fc
      .integer({ min: (bounds?.min ?? 0) * 1000, max: upTo(bounds?.max) * 1000 })
      .map((milliseconds) => Duration.millis(milliseconds)),
  integer: ({ bounds }) => fc.integer({ min: bounds?.min ?? 0, max: upTo(bounds?.max) }),
  mebibytes: ({ bounds }) =>
    fc.integer({ min: bounds?.min ?? 0, max: upTo(bounds?.max) }).map((amount) => Size.mebibytes(amount)),
  flag: () => fc.boolean(),
  enum: ({ values }) => fc.constantFrom(...(values ?? [])),
  text: () => word,
  list: (_, option) =>
    fc
      .array(word)
      .map((list) =>
        option === 'noProxy' ? [...list, '169.254.169.254', '169.254.170.2', '/var/run/docker.sock'] : list,
      ),
  ports: () => fc.array(port, { minLength: 1 }),
  cidrs: () =>
    fc.array(fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })).map(([ip, prefix]) => `${ip}/${prefix}`)),
  map: () => fc.dictionary(word, word, { maxKeys: 10 }),
  portRange: () =>
    fc.tuple(port, port).map(([a, b]) => ({ fromPort: Math.min(a, b), toPort: Math.max(a, b) })),
  requestRate: () => fc.record({ steadyState: fc.integer({ min: 1 }), burst: fc.integer({ min: 1 }) }),
};

const LOG_OPTIONS = { tag: 'a "b"' };

const config = (
  fc.record(
    {
      ...Object.fromEntries(
        Object.entries(AGENT_VARIABLES).map(([option, { value }]) => [
          option,
          (VALID[value.kind] ?? fc.constant)(value as AgentValue<never>, option),
        ]),
      ),
      environment: fc.dictionary(fc.stringMatching(/^MY_[A-Za-z0-9_]{0,9}$/), word),
    },
    { requiredKeys: [] },
  ) as fc.Arbitrary<AgentConfig>
).map((agent) => withoutContradictions({ ...agent, agentLogOptions: LOG_OPTIONS }));

/** The same value with the keys of all its plain objects in another order. */
function shuffled<T>(value: T): T {
  if (value === null || typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, entry]) => [key, shuffled(entry)]),
  ) as T;
}

/** What is rendered, or nothing where it is refused as the library refuses. */
function renderedOrRefused(agent: AgentConfig): AgentLine[] | undefined {
  try {
    return renderAgentConfig(agent);
  } catch (error) {
    expect(error).toBeInstanceOf(ValidationError);
    return undefined;
  }
}

test('every valid configuration is a file of lines, each variable once', () => {
  fc.assert(
    fc.property(config, (agent) => {
      const lines = renderAgentConfig(agent);
      for (const { variable, value } of lines)
        expect(`${variable}=${value}`).toMatch(/^[A-Z_a-z0-9]+=[^\r\n]*$/);
      expect(new Set(lines.map(({ variable }) => variable)).size).toBe(lines.length);
    }),
  );
});

test('the order in which fields and names are given changes nothing', () => {
  fc.assert(
    fc.property(config, (agent) => {
      expect(renderAgentConfig(shuffled(agent))).toEqual(renderAgentConfig(agent));
    }),
  );
});

test('whatever text is given arrives as it is, or is refused', () => {
  fc.assert(
    fc.property(fc.dictionary(word, fc.oneof(awkward, hostile), { maxKeys: 3 }), (environment) => {
      const lines = renderedOrRefused({ environment });
      if (!lines) return;
      const file = configFile([...lines, { variable: 'LAST', value: 'line' }]);
      const read = readAsEcsInit(file);
      for (const [name, value] of Object.entries(environment)) expect(read.get(name)).toBe(value);
      expect(read.get('LAST')).toBe('line');
      // systemd may read a backslash in a value in its own way, but never a line too many or too few.
      expect([...readAsSystemd(file).keys()]).toEqual([...read.keys()]);
    }),
    { numRuns: 1000 },
  );
});

test('labels arrive as they are, whatever is in them', () => {
  fc.assert(
    fc.property(fc.dictionary(hostile, hostile), (agentLabels) => {
      const lines = renderedOrRefused({ agentLabels, pauseLabels: agentLabels });
      if (!lines) return;
      const read = readAsEcsInit(configFile(lines));
      expect(JSON.parse(read.get('ECS_AGENT_LABELS') ?? '')).toEqual(JSON.parse(JSON.stringify(agentLabels)));
      expect(read.get('ECS_PAUSE_LABELS')).toBe(read.get('ECS_AGENT_LABELS'));
    }),
    { numRuns: 1000 },
  );
});

test('options of the log driver, which ecs-init gets from systemd, arrive as they are, whatever is in them', () => {
  fc.assert(
    fc.property(fc.dictionary(hostile, hostile), (agentLogOptions) => {
      const lines = renderedOrRefused({ agentLogOptions });
      if (!lines) return;
      expect(JSON.parse(readAsSystemd(configFile(lines)).get('ECS_LOG_OPTS') ?? '')).toEqual(
        JSON.parse(JSON.stringify(agentLogOptions)),
      );
    }),
    { numRuns: 1000 },
  );
});

test('attributes, tags, lists and names with anything in them are refused or one line', () => {
  const agent = fc.record(
    {
      instanceAttributes: fc.dictionary(hostile, hostile),
      containerInstanceTags: fc.dictionary(hostile, hostile),
      excludeUntrackedImages: fc.array(hostile),
      noProxy: fc.array(hostile),
      awsvpcAdditionalLocalRoutes: fc.array(hostile),
      httpProxy: hostile,
      agentApparmorProfile: hostile,
      agentHealthcheckHost: hostile,
      offhostIntrospectionInterfaceName: hostile,
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(agent, (given) => {
      for (const { variable, value } of renderedOrRefused(given) ?? []) {
        expect(`${variable}=${value}`).toMatch(/^[A-Z_]+=[^\r\n\0]*$/);
        expect(value).toBe(value.trim());
      }
    }),
    { numRuns: 1000 },
  );
});
