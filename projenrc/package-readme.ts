/**
 * Fits the README to the packages of PyPI, Maven, Go and .NET. Links and pictures become absolute: npm and
 * GitHub find relative ones in the repository; a page of PyPI cannot. The README itself keeps relative links,
 * which also work in a checkout, in a fork and at a tag. And the first sample goes in other languages, since
 * pacmak translates it to the package's own.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';

/**
 * A block of code, code in a line, or `[text](target)` and `![alt](target)` with a target that has no scheme
 * of its own.
 */
const CODE_OR_LINK = /^```[\s\S]*?^```|`[^`\n]*`|(!?)\[((?:`[^`\n]*`|[^\]`])*)\]\((?![a-z]+:)([^()\s]+)\)/gm;

/** The tag of a release. */
const tagOf = (version: string) => (version === '0.0.0' ? 'main' : `v${version}`);

const pageOf = (repository: { url: string }) => repository.url.replace(/\.git$/, '');

export function withAbsoluteLinks(markdown: string, repository: string, version: string): string {
  const at = tagOf(version);
  return markdown.replace(
    CODE_OR_LINK,
    (all, picture: string | undefined, text: string, target: string | undefined) => {
      if (target === undefined) return all;
      const path = target.startsWith('#') ? `README.md${target}` : target;
      // For a picture, GitHub leads on to the file itself.
      return `${picture}[${text}](${repository}/${picture ? 'raw' : 'blob'}/${at}/${path})`;
    },
  );
}

/** The first sample in another language, folded away below it. */
export const BOX = /^<details><summary>(.*)<\/summary>\n\n(```\w+\n[\s\S]*?\n```)\n\n<\/details>\n+/gm;

/** The README as it stands in a package, where the first sample is in the package's own language. */
export function inPackages(
  markdown: string,
  { repository, version }: { repository: { url: string }; version: string },
): string {
  return withAbsoluteLinks(markdown.replace(BOX, ''), pageOf(repository), version);
}

/** The home page of a release: what PyPI, Maven and NuGet link to. */
export function homeOf({ repository, version }: { repository: { url: string }; version: string }): string {
  return `${pageOf(repository)}/tree/${tagOf(version)}#readme`;
}

/** Rewrites README and home page in an assembly. Its fingerprint is of all of it, as jsii computes it. */
function rewrite(file: string): void {
  const { fingerprint: _, ...assembly } = JSON.parse(readFileSync(file, 'utf8'));
  assembly.readme.markdown = inPackages(assembly.readme.markdown, assembly);
  assembly.homepage = homeOf(assembly);
  const fingerprint = createHash('sha256').update(JSON.stringify(assembly)).digest('base64');
  writeFileSync(file, JSON.stringify({ ...assembly, fingerprint }, undefined, 2));
}

if (require.main === module) rewrite('.jsii');
