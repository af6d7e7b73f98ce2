import { type Dict, isDict } from './template';

/** A place in a value that reads something else. */
export interface Reference {
  readonly kind: 'value' | 'condition' | 'mapping' | 'import' | 'dynamic';
  /** A logical id, a parameter, a condition, a mapping, an export, a dynamic reference. */
  readonly id: string;
  /** Of `Fn::GetAtt`; of a mapping, its keys, where they are texts. */
  readonly attribute: string;
  /** Where it is. */
  readonly path: string;
}

/** All references of a value, in each of the forms that CloudFormation has for them. */
export function referencesIn(value: unknown, path = '', found: Reference[] = []): Reference[] {
  if (typeof value === 'string') dynamicIn(value, path, found);
  else if (Array.isArray(value)) for (const inner of value) referencesIn(inner, path, found);
  else if (isDict(value)) {
    ofObject(value, path, found);
    for (const [name, inner] of Object.entries(value)) {
      const deeper =
        name === 'Ref' || name.startsWith('Fn::') || name === 'Condition' ? path : join(path, name);
      referencesIn(inner, deeper, found);
    }
  }
  return found;
}

const join = (path: string, name: string) => (path === '' ? name : `${path}.${name}`);

function ofObject(value: Dict, path: string, found: Reference[]): void {
  const add = (kind: Reference['kind'], id: unknown, attribute = '') => {
    if (typeof id === 'string') found.push({ kind, id, attribute, path });
  };
  const dotted = (text: string) => {
    const [id, ...attribute] = text.split('.');
    add('value', id, attribute.join('.'));
  };
  add('value', value.Ref);
  const attribute = value['Fn::GetAtt'];
  if (typeof attribute === 'string') dotted(attribute);
  else if (Array.isArray(attribute)) add('value', attribute[0], attribute.slice(1).join('.'));
  const sub = value['Fn::Sub'];
  const text = Array.isArray(sub) ? sub[0] : sub;
  const own = Array.isArray(sub) && isDict(sub[1]) ? Object.keys(sub[1]) : [];
  if (typeof text === 'string')
    for (const [, name] of text.matchAll(/\$\{([^!}][^}]*)\}/g))
      if (!own.includes(name.trim())) dotted(name.trim());
  const choice = value['Fn::If'];
  if (Array.isArray(choice)) add('condition', choice[0]);
  add('condition', value.Condition);
  const mapping = value['Fn::FindInMap'];
  if (Array.isArray(mapping)) {
    const keys = mapping.slice(1, 3);
    add('mapping', mapping[0], keys.every((key) => typeof key === 'string') ? keys.join('.') : '');
  }
  add('import', value['Fn::ImportValue']);
}

/** `{{resolve:ssm:name}}` without a version, which is read anew at a deployment. */
function dynamicIn(text: string, path: string, found: Reference[]): void {
  for (const [id] of text.matchAll(/\{\{resolve:ssm:[^:}]+\}\}/g))
    found.push({ kind: 'dynamic', id, attribute: '', path });
}
