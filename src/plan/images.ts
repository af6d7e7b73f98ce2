import type { Cause } from './causes';
import type { ImagePlan } from './plan';
import { PlanError } from './plan-error';
import { referencesIn } from './references';
import { LAUNCH_TEMPLATE } from './resource-rules';
import type { StackPair } from './stack-pairs';
import { at, isDict, listAt, resourcesOf } from './template';

/** A parameter whose value CloudFormation looks up at each deployment. */
export interface LookedUp extends ImagePlan {
  /** It is the image of a launch template. */
  readonly isImage: boolean;
}

/** Values of parameters, as the AWS CLI prints them. */
export interface ParameterDumps {
  /** `describe-stacks`: by stack and parameter. */
  readonly deployed: ReadonlyMap<string, string>;
  /** `describe-change-set`: by stack and parameter. */
  readonly next: ReadonlyMap<string, string>;
  /** `ssm get-parameter` and `get-parameters`: by name. */
  readonly store: ReadonlyMap<string, string>;
}

export const NO_DUMPS: ParameterDumps = { deployed: new Map(), next: new Map(), store: new Map() };

/** That nothing has become newer. */
const SAME = 'same';

/** The images, and all else that is looked up at deployment: what of it is known. */
export class Images {
  private readonly known = new Map<string, LookedUp>();

  /** `choices` are the values of `--image`. */
  public constructor(pairs: readonly StackPair[], choices: readonly string[], dumps: ParameterDumps) {
    const images = new Set(pairs.flatMap(imageParameters));
    const found = pairs.flatMap((pair) => lookedUp(pair, dumps, images));
    const chosen = choices.map((choice) => readChoice(choice, found));
    for (const one of found) {
      const next = chosen.find(({ names }) => names === undefined || names.includes(one.parameter))?.value;
      this.known.set(`${one.stack}|${one.parameter}`, settle({ ...one, next: next ?? one.next }));
    }
  }

  public list(): LookedUp[] {
    return [...this.known.values()];
  }

  /** Why a parameter may be, or is, another after the deployment. */
  public cause(pair: StackPair, parameter: string): Cause | undefined {
    const one = this.known.get(`${pair.name}|${parameter}`);
    if (!one || one.settled === 'the same') return undefined;
    const place = { stack: pair.name, id: parameter, type: 'parameter', path: '', before: one.deployed };
    const name = one.source ?? parameter;
    return one.settled === 'another'
      ? { kind: 'image', ...place, after: one.next, text: `${name} is another` }
      : { kind: 'looked up', ...place, text: `${name} is looked up at deployment` };
  }
}

function lookedUp(pair: StackPair, dumps: ParameterDumps, images: ReadonlySet<string>): LookedUp[] {
  return Object.entries(pair.after.Parameters ?? {})
    .filter(([name, { Type }]) => /^AWS::SSM::Parameter::Value</.test(Type) && pair.before.Parameters?.[name])
    .map(([parameter, { Default }]) => {
      const key = `${pair.name}|${parameter}`;
      const source = typeof Default === 'string' ? Default : undefined;
      return {
        stack: pair.name,
        parameter,
        source,
        deployed: dumps.deployed.get(key),
        next: dumps.next.get(key) ?? (source === undefined ? undefined : dumps.store.get(source)),
        settled: 'no',
        isImage: images.has(parameter),
      };
    });
}

/** The parameters that are the image of a launch template. */
function imageParameters(pair: StackPair): string[] {
  return resourcesOf(pair.after, LAUNCH_TEMPLATE)
    .flatMap(([, { Properties }]) => referencesIn(at(Properties, 'LaunchTemplateData.ImageId')))
    .map(({ id }) => id);
}

function settle(one: LookedUp): LookedUp {
  if (one.next === undefined) return one;
  const same = one.next === SAME || one.next === one.deployed;
  return {
    ...one,
    next: one.next === SAME ? one.deployed : one.next,
    settled: same ? 'the same' : 'another',
  };
}

function readChoice(choice: string, found: readonly LookedUp[]): { names?: string[]; value: string } {
  const at = choice.lastIndexOf('=');
  const value = choice.slice(at + 1);
  if (value !== SAME && !/^ami-[0-9a-f]{8,17}$/.test(value))
    throw new PlanError(
      `--image must end in an image such as ami-0123456789abcdef0, or in "same", got: "${choice}"`,
    );
  const known = [...new Set(found.filter(({ isImage }) => isImage).map(({ parameter }) => parameter))];
  const list = known.length > 0 ? `: ${known.join(', ')}` : ' (there is none)';
  if (at < 0) {
    if (value === SAME) return { value };
    if (known.length !== 1)
      throw new PlanError(
        `--image ${value} needs the name of its parameter, for not just one image is looked up${list}. ` +
          `Write --image <parameter>=${value}`,
      );
    return { names: known, value };
  }
  const name = choice.slice(0, at);
  const names = found
    .filter((one) => one.parameter === name || one.source === name)
    .map((one) => one.parameter);
  if (names.length === 0)
    throw new PlanError(`--image: "${name}" is no parameter that is looked up at deployment${list}`);
  return { names, value };
}

/** Reads what `aws cloudformation describe-stacks`, `describe-change-set` or `aws ssm get-parameter(s)` print. */
export function readDump(json: unknown, file: string, dumps: ParameterDumps): ParameterDumps {
  const [deployed, next, store] = [new Map(dumps.deployed), new Map(dumps.next), new Map(dumps.store)];
  const values = (stack: unknown, into: Map<string, string>) => {
    for (const parameter of listAt(stack, 'Parameters')) {
      const value = at(parameter, 'ResolvedValue') ?? at(parameter, 'ParameterValue');
      if (value !== undefined)
        into.set(`${at(stack, 'StackName')}|${at(parameter, 'ParameterKey')}`, String(value));
    }
  };
  const stacks = listAt(json, 'Stacks');
  const stored = [...listAt(json, 'Parameters'), at(json, 'Parameter')].filter((one) => at(one, 'Name'));
  if (stacks.length > 0) for (const stack of stacks) values(stack, deployed);
  else if (at(json, 'ChangeSetName') ?? at(json, 'ChangeSetId')) values(json, next);
  else if (stored.length > 0 && isDict(json))
    for (const one of stored) store.set(String(at(one, 'Name')), String(at(one, 'Value')));
  else
    throw new PlanError(
      `${file} has no parameters: give what \`aws cloudformation describe-stacks\` prints for the deployed values, ` +
        'or `aws cloudformation describe-change-set` or `aws ssm get-parameters` for the next ones',
    );
  return { deployed, next, store };
}
