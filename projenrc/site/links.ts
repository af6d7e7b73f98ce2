/**
 * Where a file of the repository is on the site. The same Markdown works on GitHub, so its links lead to files:
 * here they become links between pages, and what is no page leads to GitHub.
 */
import { existsSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';

export const ROOT = join(__dirname, '..', '..');
const REPOSITORY = 'https://github.com/cdk-ecs-auto-scaled-cluster/cdk-ecs-auto-scaled-cluster';

/** The page of a Markdown file, or undefined: that file is not on the site. */
export function pageOf(file: string): string | undefined {
  if (file === 'docs/README.md') return 'guides.md';
  if (file === 'API.md') return 'reference/index.md';
  if (file === 'CHANGELOG.md') return 'changelog.md';
  return /^(?:docs|site)\/(.*\.md)$/.exec(file)?.[1];
}

/** A link of a source, as the site has it. `source` is a path from the root of the repository. */
export function linkOnSite(source: string, target: string): string {
  if (/^([a-z]+:|#|\/)/.test(target)) return target;
  const [path, anchor] = target.split('#');
  const hash = anchor === undefined ? '' : `#${anchor}`;
  const file = posix.join(posix.dirname(source), path).replace(/\/$/, '');
  // What is a section there, `NodeVolume` or `NodeVolume.root`, is a page or a section of it here.
  const [, type, member] = (file === 'API.md' && /^([A-Z]\w*)(?:\.(\w+))?$/.exec(anchor ?? '')) || [];
  if (type) return `/reference/${type}.md${member === undefined ? '' : `#${member.toLowerCase()}`}`;
  const at = join(ROOT, file);
  const page = pageOf(file);
  // What is generated for the site alone is there once the site is built.
  if (!existsSync(at)) throw new Error(`${source}: there is no such file, got: ${target}`);
  if (page !== undefined) return `/${page}${hash}`;
  return `${REPOSITORY}/${statSync(at).isDirectory() ? 'tree' : 'blob'}/main/${file}${hash}`;
}

/** The anchor of a heading, as GitHub makes it: test/docs/links.test.ts holds the guides' links to it. */
export function slug(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '')
    .replaceAll(' ', '-');
}

/** Where a page is edited. */
export const EDIT = `${REPOSITORY}/edit/main`;
export { REPOSITORY };
