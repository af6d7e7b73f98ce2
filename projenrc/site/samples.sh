#!/bin/bash
# Translates the samples of the guides, for the tabs of the site: an assembly apart, with the guides as its README.
set -euo pipefail
[ -f .jsii ] || { echo 'there is no .jsii: run `npx projen compile` first' >&2; exit 1; }
out=.cache/site
self=node_modules/cdk-ecs-auto-scaled-cluster
mkdir -p "$out"
rm -rf "$out/rosetta" "$out/package.json"
cp -r rosetta package.json "$out"
ln -sfn ../../node_modules "$out/node_modules"
node -e '
  const { readFileSync, readdirSync, writeFileSync } = require("node:fs");
  const assembly = JSON.parse(readFileSync(".jsii", "utf8"));
  const guides = readdirSync("docs").filter((name) => name.endsWith(".md")).sort();
  assembly.readme = { markdown: guides.map((name) => readFileSync(`docs/${name}`, "utf8")).join("\n\n") };
  writeFileSync(".cache/site/.jsii", JSON.stringify(assembly));
'
# The samples import the package by its name. The link goes again, for it leads in a circle.
trap 'rm -f "$self"' EXIT
ln -sfn .. "$self"
# Not strict: what cannot be translated stays TypeScript, and test/docs/samples.test.ts compiles all of it.
npx jsii-rosetta extract --directory "$out" --cache "$out/cache.tabl.json" ||
  echo 'The samples of the guides were not translated: their tabs have TypeScript only.' >&2
