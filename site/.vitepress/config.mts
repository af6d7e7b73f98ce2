import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vitepress';
import { EDIT, linkOnSite, pageOf, REPOSITORY, ROOT, slug } from '../../projenrc/site/links';
import { forSearch, type Markdown, siteRules, wordsOf } from '../../projenrc/site/markdown';

const SIDEBAR = join(ROOT, 'site', 'reference', 'sidebar.json');
if (!existsSync(SIDEBAR)) throw new Error('there is no site/reference: run `npm run docs` at the root');

/** The guides, grouped as the tables of docs/README.md group them: a new guide is in the bar by itself. */
function guides() {
  const groups: { text: string; items: { text: string; link: string }[] }[] = [];
  for (const line of readFileSync(join(ROOT, 'docs', 'README.md'), 'utf8').split('\n')) {
    const title = /^\| ([a-z][a-z ]+?) \| +\|$/.exec(line)?.[1];
    if (title !== undefined) groups.push({ text: `${title[0].toUpperCase()}${title.slice(1)}`, items: [] });
    const [, text, target, rest] = /^\| \[(.+?)\]\((.+?\.md)\) \| (.*) \|$/.exec(line) ?? [];
    if (text === undefined) continue;
    // A decision's link is its number; what it says is next to it.
    const shown = /^\d+$/.test(text) ? `${text}. ${rest.replaceAll('`', '')}` : text;
    const link = linkOnSite('docs/README.md', target).replace(/\.md$/, '');
    groups.at(-1)?.items.push({ text: shown, link });
  }
  return groups;
}

/**
 * The version whose pages these are, such as `0.2`, and all that are served, such as `0.2 0.1`: each in the
 * folder of its name, next to the newest sources at the root.
 */
const base = process.env.SITE_BASE ?? '/';
const version = process.env.SITE_VERSION ?? 'Unreleased';
const root = process.env.SITE_VERSION === undefined ? base : base.replace(/[^/]+\/$/, '');
const versions = (process.env.SITE_VERSIONS ?? '').split(' ').filter((other) => other !== '');
const others = ['Unreleased', ...versions]
  .filter((other) => other !== version)
  .map((other) => ({
    component: 'VersionLink',
    props: { text: other, href: other === 'Unreleased' ? root : `${root}${other}/` },
  }));

/** Pages of wide tables: these have the room of the outline too. */
const WIDE = /^(bad-input|permissions|proved-on-aws|compared|operations)\.md$/;

export default defineConfig({
  srcDir: '..',
  srcExclude: [
    '{node_modules,examples,test,dist,lib,bench,demo,rosetta,src,coverage,projenrc}/**',
    'site/node_modules/**',
    '.*/**',
    '**/.cache/**',
    '{README,API,AGENTS,CONTRIBUTING,SECURITY}.md',
  ],
  rewrites: (file: string) => pageOf(file) ?? file,
  outDir: './.vitepress/dist',
  title: 'cdk-ecs-auto-scaled-cluster',
  description: 'Amazon ECS on your own EC2 nodes, as one typed CDK construct',
  lang: 'en-US',
  // Without an icon a browser asks for /favicon.ico, and gets a 404.
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  base,
  metaChunk: true,
  transformPageData: ({ relativePath, frontmatter }) => {
    if (WIDE.test(relativePath)) Object.assign(frontmatter, { aside: false, pageClass: 'wide' });
  },
  vite: {
    plugins: [
      {
        // The pages are above site/node_modules, so Vite finds no Vue there; Node.js does, from the output.
        name: 'vue-of-the-site',
        enforce: 'pre',
        resolveId: (id: string, _: unknown, { ssr }: { ssr?: boolean }) =>
          ssr && /^vue(\/server-renderer)?$/.test(id) ? { id, external: true } : undefined,
      },
    ],
  },
  markdown: {
    anchor: { slugify: slug },
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    config: (markdown) => siteRules(markdown as unknown as Markdown),
  },
  themeConfig: {
    outline: [2, 3],
    search: {
      provider: 'local',
      options: {
        detailedView: true,
        _render: (source, env, markdown) => forSearch(markdown.render(source, env)),
        miniSearch: {
          options: { tokenize: wordsOf },
          searchOptions: {
            fuzzy: 0.15,
            prefix: true,
            combineWith: 'AND', // a sentence finds its heading, and not every page with "node"
            boost: { title: 4, titles: 1, text: 1 },
          },
        },
      },
    },
    editLink: { pattern: `${EDIT}/:path`, text: 'Edit this page' },
    nav: [
      { text: 'Guides', link: '/guides' },
      { text: 'API', link: '/reference/' },
      {
        text: version,
        items: [{ text: 'Changelog', link: '/changelog' }, ...others],
      },
      // with no icon: `docs:dev` asks another host for one
      { text: 'GitHub', link: REPOSITORY },
    ],
    sidebar: { '/reference/': JSON.parse(readFileSync(SIDEBAR, 'utf8')), '/': guides() },
  },
});
