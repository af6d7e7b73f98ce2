/** The first and the last address of a block of IPv4 addresses, as numbers; undefined for any other text. */
function bounds(cidr: string): [first: number, last: number] | undefined {
  const [, address, prefix = '32'] = /^(\d+\.\d+\.\d+\.\d+)(?:\/(\d+))?$/.exec(cidr) ?? [];
  if (address === undefined) return undefined;
  const number = address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
  const size = 2 ** (32 - Number(prefix));
  const first = Math.floor(number / size) * size;
  return [first, first + size - 1];
}

/** Whether two blocks may have an address in common: true where one of them is not known. */
export function mayOverlap(one: string, other: string): boolean {
  const [a, b] = [bounds(one), bounds(other)];
  return a === undefined || b === undefined || (a[0] <= b[1] && b[0] <= a[1]);
}

/** Whether a block is known to lie within another one. */
export function isWithin(inner: string, outer: string): boolean {
  const [a, b] = [bounds(inner), bounds(outer)];
  return inner === outer || (a !== undefined && b !== undefined && b[0] <= a[0] && a[1] <= b[1]);
}
