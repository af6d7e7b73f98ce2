import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Served } from './served';

const decoded = (text: string) => text.replaceAll('&amp;', '&').replaceAll('&#39;', "'");

/** What is wrong with the links of a built site; no browser is needed for that. */
export function deadLinks(site: Served): { links: number; dead: string[] } {
  const html = new Map(site.pages().map((page) => [page, readFileSync(join(site.folder, page), 'utf8')]));
  const ids = new Map(
    [...html].map(([page, text]) => [
      page,
      new Set([...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => decoded(id))),
    ]),
  );
  const dead: string[] = [];
  let links = 0;
  for (const [page, text] of html) {
    for (const [, href] of text.matchAll(/<a [^>]*?href="([^"]*)"/g)) {
      const url = new URL(decoded(href), `http://site${site.base}${page}`);
      if (url.host !== 'site' || site.otherVersions.includes(url.pathname)) continue;
      links++;
      const file = site.fileOf(decodeURIComponent(url.pathname));
      if (file === undefined) dead.push(`${page}: ${href}: there is no such page`);
      else if (
        url.hash !== '' &&
        !ids.get(relative(site.folder, file))?.has(decodeURIComponent(url.hash.slice(1)))
      )
        dead.push(`${page}: ${href}: the page has no such anchor`);
    }
  }
  return { links, dead };
}
