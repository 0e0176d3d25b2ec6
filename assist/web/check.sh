#!/usr/bin/env bash
# Checks the types of the browser's scripts and runs their unit tests. The browser itself needs nothing of this.
set -euo pipefail
cd "$(dirname "$0")"
if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
    npm ci --silent
    touch node_modules/.package-lock.json
fi
npx --no-install tsc -p .
node --test --test-reporter=dot static-tests/*.test.js
