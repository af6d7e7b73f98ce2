import * as library from '../src';
import { type Method, type Property, type Type, types } from './helpers/assembly';

const members = (type: Type) => [
  ...(type.properties ?? []),
  ...(type.methods ?? []),
  ...(type.members ?? []),
];

/** Inherited wording of CDK's own interfaces is CDK's. */
const isOurs = (member: Property | Method) => !['toString'].includes(member.name);

test('every public name says what it is for', () => {
  const silent = types().flatMap((type) => [
    ...(type.docs?.summary ? [] : [type.name]),
    ...members(type)
      .filter((member) => isOurs(member) && !member.docs?.summary)
      .map((member) => `${type.name}.${member.name}`),
  ]);
  expect(silent).toEqual([]);
});

test('every optional property says what happens without it', () => {
  const silent = types()
    .filter((type) => type.datatype)
    .flatMap((type) =>
      (type.properties ?? [])
        .filter((property) => property.optional && !property.docs?.default)
        .map((property) => `${type.name}.${property.name}`),
    );
  expect(silent).toEqual([]);
});

test('no default is "undefined": a default is a value, or says what happens', () => {
  const empty = types().flatMap((type) =>
    (type.properties ?? [])
      .filter(
        (property) =>
          /^(- )?(undefined|none\.?)$/i.test(property.docs?.default ?? '') &&
          property.docs?.default !== '- none',
      )
      .map((property) => `${type.name}.${property.name}`),
  );
  expect(empty).toEqual([]);
});

test('structs end as they should: Props, Options or a noun, and nothing is exported but classes, structs and enums', () => {
  expect(
    types()
      .filter((type) => type.kind === 'interface' && !type.datatype)
      .map((type) => type.name),
  ).toEqual([]);
});

// In Go a class is an interface of its instances' members. One without any is `interface{}`, which every
// value is: the compiler would take a text, another struct or a function that was not called for it, and the
// program would end in jsii, without a word of the field.
test('every class has a member of its instances, so that it is a type of its own in Go', () => {
  const anything = types()
    .filter((type) => type.kind === 'class' && type.base === undefined)
    .filter((type) => [...(type.properties ?? []), ...(type.methods ?? [])].every((member) => member.static));
  expect(anything.map((type) => type.name)).toEqual([]);
});

test('what TypeScript exports is what the other languages get: no function and no constant', () => {
  const exported = Object.keys(library).sort();
  const inAssembly = types()
    .filter((type) => type.kind !== 'interface')
    .map((type) => type.name)
    .sort();
  expect(exported).toEqual(inAssembly);
});
