#!/usr/bin/env bash
# Checks the JSDoc types of the scripts and runs their unit tests.
set -euo pipefail
cd "$(dirname "$0")"
[ -d node_modules ] && [ node_modules -nt package-lock.json ] || npm ci --silent --no-audit --no-fund
npx --no-install tsc -p .
node --test static-tests/
