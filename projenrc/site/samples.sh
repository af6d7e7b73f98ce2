#!/bin/bash
# Translates the samples of the site's pages, for its tabs. An assembly apart has the guides as its README.
set -euo pipefail
[ -f .jsii ] || { echo 'there is no .jsii: run `npx projen compile` first' >&2; exit 1; }
out=.cache/site
known=.cache/rosetta.tabl.json
self=node_modules/cdk-ecs-auto-scaled-cluster
mkdir -p "$out"
rm -rf "$out/rosetta" "$out/package.json"
cp -r rosetta package.json "$out"
ln -sfn ../../node_modules "$out/node_modules"
npx tsx projenrc/site/samples-assembly.ts "$out/.jsii"
# The samples import the package by its name. The link goes again, for it leads in a circle.
trap 'rm -f "$self"' EXIT
ln -sfn .. "$self"
# The same file as rosetta.sh: the committed translations have those of the guides too. What is new is compiled in one
# program, which takes half a minute, and not two seconds a sample.
[ -f "$known" ] || gunzip -c rosetta/translations.tabl.json.gz >"$known"
# Without --directory the samples would be compiled elsewhere, where nothing finds the package.
npx jsii-rosetta extract "$out" --directory . --cache "$known" --batch --strict
