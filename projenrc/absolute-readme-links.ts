/**
 * Makes the links and pictures absolute in the README that goes into the packages of PyPI, Maven, Go and .NET. npm and GitHub find relative ones in the repository; a
 * page of PyPI cannot. The README itself keeps relative links, which also work in a checkout, in a fork and at a tag.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';

/** A block of code, code in a line, or `[text](target)` and `![alt](target)` with a target that has no scheme of its own. */
const CODE_OR_LINK = /^```[\s\S]*?^```|`[^`\n]*`|(!?)\[((?:`[^`\n]*`|[^\]`])*)\]\((?![a-z]+:)([^()\s]+)\)/gm;

export function withAbsoluteLinks(markdown: string, repository: string, version: string): string {
  const at = version === '0.0.0' ? 'main' : `v${version}`; // the tag of a release
  return markdown.replace(CODE_OR_LINK, (all, picture: string | undefined, text: string, target: string | undefined) => {
    if (target === undefined) return all;
    const path = target.startsWith('#') ? `README.md${target}` : target;
    // For a picture, GitHub leads on to the file itself.
    return `${picture}[${text}](${repository}/${picture ? 'raw' : 'blob'}/${at}/${path})`;
  });
}

/** Rewrites the README in an assembly. Its fingerprint is of all of it, as jsii reckons it. */
function rewrite(file: string): void {
  const { fingerprint: _, ...assembly } = JSON.parse(readFileSync(file, 'utf8'));
  const repository = assembly.repository.url.replace(/\.git$/, '');
  assembly.readme.markdown = withAbsoluteLinks(assembly.readme.markdown, repository, assembly.version);
  const fingerprint = createHash('sha256').update(JSON.stringify(assembly)).digest('base64');
  writeFileSync(file, JSON.stringify({ ...assembly, fingerprint }, undefined, 2));
}

if (require.main === module) rewrite('.jsii');
