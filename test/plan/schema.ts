/** What of a value is not as a JSON schema says: the keywords that docs/plan.schema.json uses, and no others. */
export function problems(value: any, schema: any, root: any, path = 'plan'): string[] {
  const unknown = Object.keys(schema).filter((keyword) => !KEYWORDS.includes(keyword));
  if (unknown.length > 0) throw new Error(`${path}: the check does not know ${unknown}`);
  if (schema.$ref) return problems(value, root.$defs[schema.$ref.replace('#/$defs/', '')], root, path);
  if (schema.const !== undefined) return value === schema.const ? [] : [`${path}: ${JSON.stringify(value)}`];
  if (schema.enum) return schema.enum.includes(value) ? [] : [`${path}: ${JSON.stringify(value)}`];
  if (schema.type === 'integer') return Number.isInteger(value) ? [] : [`${path}: ${JSON.stringify(value)}`];
  if (schema.type === 'array')
    return Array.isArray(value)
      ? value.flatMap((item, index) => problems(item, schema.items, root, `${path}.${index}`))
      : [`${path} is no list`];
  if (schema.type !== 'object')
    return typeof value === schema.type ? [] : [`${path}: ${JSON.stringify(value)}`];
  if (typeof value !== 'object' || value === null) return [`${path} is no object`];
  return [
    ...schema.required
      .filter((name: string) => !(name in value))
      .map((name: string) => `${path}.${name} is missing`),
    ...Object.keys(value)
      .filter((name) => !(name in schema.properties))
      .map((name) => `${path}.${name} is not documented`),
    ...Object.keys(value)
      .filter((name) => name in schema.properties)
      .flatMap((name) => problems(value[name], schema.properties[name], root, `${path}.${name}`)),
  ];
}

const KEYWORDS = [
  '$schema',
  'title',
  'description',
  '$defs',
  '$ref',
  'const',
  'enum',
  'type',
  'items',
  'required',
  'properties',
  'additionalProperties',
];
