#!/bin/bash
# Compiles the samples of the README and of the docstrings, strictly, and keeps their translations.
set -euo pipefail
[ -f .jsii ] || { echo 'there is no .jsii: run `npx projen compile` first' >&2; exit 1; }
self=node_modules/cdk-ecs-auto-scaled-cluster
known=.cache/rosetta.tabl.json
mkdir -p .cache
# The samples import the package by its name. The link goes again, for it leads in a circle whoever searches node_modules.
trap 'rm -f "$self"' EXIT
ln -sfn .. "$self"
# A translation takes two seconds. The committed ones hold as long as a sample, and the types that it uses, are what they
# were: rosetta keeps a hash of both.
[ -f "$known" ] || gunzip -c rosetta/translations.tabl.json.gz >"$known"
npx jsii-rosetta extract --strict --directory . --cache "$known"
npx tsx projenrc/translations.ts
