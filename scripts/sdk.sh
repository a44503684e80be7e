#!/usr/bin/env bash
# Has the official TypeScript client, `@qwen-code/sdk`, drive the binary against the simulator, and compares what arrives.
# Takes the client from npm into a folder of its own. Needs node 20 and npm. Not part of `cargo test`.
#
#   scripts/sdk.sh [--beside-qwen-code] [part of a case's name …]
#
# With --beside-qwen-code the Qwen Code that is inside the package is driven through the same cases, to be looked at.
set -euo pipefail
cd "$(dirname "$0")/.."
beside=
if [ "${1:-}" = --beside-qwen-code ]; then beside=1 && shift; fi
version=${SDK_VERSION:-0.1.14}
qwen=${QWEN:-target/debug/qwen}

for tool in node npm; do
  command -v "$tool" >/dev/null || { echo "SKIPPED: @qwen-code/sdk was not run, because \`$tool\` is not installed" >&2; exit 0; }
done
if [ -z "${QWEN:-}" ]; then cargo build --locked; fi
qwen=$(realpath "$qwen")

work=$(mktemp -d)
sim=
trap '[ -z "$sim" ] || kill "$sim" 2>/dev/null || true; rm -rf "$work"' EXIT
mkdir "$work/client" "$work/cases" "$work/beside"
# The package asks for node 22; its client also runs with 20.
if ! npm install --prefix "$work/client" --no-audit --no-fund --loglevel error "@qwen-code/sdk@$version" >"$work/npm" 2>&1; then
  tail -n 5 "$work/npm" >&2
  echo "SKIPPED: @qwen-code/sdk was not run, because npm could not install @qwen-code/sdk@$version" >&2
  exit 0
fi
client=$work/client/node_modules/@qwen-code/sdk
echo "@qwen-code/sdk $(node -p "require('$client/package.json').version"), node $(node --version), $("$qwen" --version)"

"$qwen" sim --port 0 --script scripts/sdk-script.json >"$work/sim" &
sim=$!
base=
until [ -n "$base" ]; do
  kill -0 "$sim" || exit 1
  base=$(sed -n 's/^simulated Qwen Cloud at \([^,]*\),.*/\1/p' "$work/sim")
  sleep 0.05
done
clean=(env -i "PATH=$PATH" "HOME=$work" "TMPDIR=$work" "DASHSCOPE_PROXY_BASE_URL=$base")
failed=0
"${clean[@]}" node scripts/sdk.mjs "$client" "$qwen" "$base" "$work/cases" "$@" || failed=1
if [ -n "$beside" ]; then
  echo
  echo "== Qwen Code $("${clean[@]}" node "$client/dist/cli/cli.js" --version 2>/dev/null || echo '(its version is not told)')"
  "${clean[@]}" node scripts/sdk.mjs "$client" "$client/dist/cli/cli.js" "$base" "$work/beside" "$@" || true
fi
exit "$failed"
