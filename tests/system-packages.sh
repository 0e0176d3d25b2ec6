#!/usr/bin/env bash
# Installs what the tests need from the system: a browser, Node.js for the type check of the scripts, and two helpdesks:
# Request Tracker, and an IMAP server.
# Where that is not possible the tests that need it say so.
set -euo pipefail
missing=()
command -v chromium >/dev/null || command -v chromium-browser >/dev/null || missing+=(chromium)
command -v node >/dev/null || missing+=(nodejs)
command -v npm >/dev/null || missing+=(npm)
[ -x /usr/share/request-tracker5/libexec/rt-server ] || missing+=(request-tracker5 rt5-db-sqlite rt5-standalone)
[ -x /usr/lib/dovecot/imap ] || missing+=(dovecot-imapd)
[ "${#missing[@]}" -eq 0 ] && exit 0
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "please install: ${missing[*]}" >&2
    exit 0
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
