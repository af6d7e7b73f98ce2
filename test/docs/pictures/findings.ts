/** Where something is drawn, in the units of its picture. */
export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** A text or a closed shape of a picture. */
export interface Mark {
  readonly kind: 'text' | 'shape';
  /** The words of a text. */
  readonly words: string;
  readonly box: Box;
}

/** Less than that is the edge of a letter or of a line. */
const SLACK = 1;

/** Which text leaves the smallest shape around it, and which one meets another. The card is a shape too. */
export function findingsIn(marks: readonly Mark[]): string[] {
  const texts = marks.filter(({ kind }) => kind === 'text');
  const shapes = marks.filter(({ kind }) => kind === 'shape').map(({ box }) => box);
  const outside = texts.flatMap(({ words, box }) => {
    const around = smallest(shapes.filter((shape) => contains(shape, middleOf(box))));
    if (around === undefined) return [`"${words}" is in no shape`];
    const by = Math.max(
      around.left - box.left,
      box.right - around.right,
      around.top - box.top,
      box.bottom - around.bottom,
    );
    return by > SLACK ? [`"${words}" leaves its shape by ${by.toFixed(1)}`] : [];
  });
  const meetings = texts.flatMap((a, at) =>
    texts.slice(at + 1).flatMap((b) => {
      const wide = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
      const tall = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
      // Lines of one paragraph may touch: a box has room for accents and descenders.
      const least = Math.min(heightOf(a.box), heightOf(b.box)) * 0.35;
      return wide > SLACK && tall > least ? [`"${a.words}" meets "${b.words}" by ${wide.toFixed(1)}`] : [];
    }),
  );
  return [...outside, ...meetings];
}

const heightOf = ({ top, bottom }: Box) => bottom - top;
const areaOf = (box: Box) => (box.right - box.left) * heightOf(box);
const middleOf = ({ left, right, top, bottom }: Box): Box => {
  const [x, y] = [(left + right) / 2, (top + bottom) / 2];
  return { left: x, right: x, top: y, bottom: y };
};
const contains = (outer: Box, inner: Box) =>
  inner.left >= outer.left &&
  inner.right <= outer.right &&
  inner.top >= outer.top &&
  inner.bottom <= outer.bottom;
const smallest = (boxes: readonly Box[]): Box | undefined =>
  [...boxes].sort((a, b) => areaOf(a) - areaOf(b))[0];
