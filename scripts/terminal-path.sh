#!/usr/bin/env bash
# Walks through the terminal as a person does, in tmux, against the simulator, and prints what stands on the screen after each step: first start,
# sign-in, a question, an edit that is allowed, a command that is refused, words that wait, a stop, /cache, /model, three sizes, leaving, going on.
# A step whose text never comes ends it with an error. Needs tmux and git. Not part of `cargo test`.
#
#   scripts/terminal-path.sh                     # builds and takes target/debug/qwen
#   QWEN=target/release/qwen scripts/terminal-path.sh
set -euo pipefail
cd "$(dirname "$0")/.."
if [ -z "${QWEN:-}" ]; then
  cargo build --quiet --locked
  QWEN=target/debug/qwen
fi
qwen=$(realpath "$QWEN")
work=$(mktemp -d)
name=qwen-path-$$
mux() { tmux -L "$name" "$@"; }
sim=
trap 'mux kill-server 2>/dev/null || true; kill "$sim" 2>/dev/null || true; rm -rf "$work"' EXIT

mkdir -p "$work/home/.qwen" "$work/shop"
printf 'def greet(name):\n    return "Hello, " + name\n' >"$work/shop/app.py"
printf '# shop\n\nA small shop.\n' >"$work/shop/README.md"
printf 'kept\n' >"$work/shop/notes.txt"
git -C "$work/shop" init --quiet --initial-branch=main
cat >"$work/script.json" <<'JSON'
{"after": "built_in", "turns": [
  {"when": {"last_user_contains": "what is here"}, "thinking": "I look at the list of files.",
   "text": "# What is here\n\nA small **shop**:\n\n| file | 说明 | lines |\n|---|---|---:|\n| `app.py` | 问候 | 2 |\n| `README.md` | 介绍 | 3 |\n\n- [x] it has a README\n- [ ] it has tests\n\n```python\nprint(greet(\"Ada\"))\n```\n"},
  {"when": {"last_user_contains": "add types"},
   "calls": [{"name": "read_file", "arguments": {"file_path": "{{cwd}}/app.py"}}]},
  {"when": {"last_tool_contains": "def greet"},
   "calls": [{"name": "edit", "arguments": {"file_path": "{{cwd}}/app.py", "old_string": "def greet(name):\n    return \"Hello, \" + name\n",
     "new_string": "def greet(name: str) -> str:\n    \"\"\"返回问候语\"\"\"\n    return f\"Hello, {name}!\"\n"}}]},
  {"when": {"last_tool_contains": "app.py"}, "text": "`greet` has types and a docstring now."},
  {"when": {"last_user_contains": "clean up"},
   "calls": [{"name": "run_shell_command", "arguments": {"command": "rm -rf notes.txt build && ls -la", "description": "remove old files"}}]},
  {"when": {"last_tool_contains": "keep the notes"}, "text": "I leave the notes alone."},
  {"when": {"last_user_contains": "tell a story"}, "tokens_per_second": 12,
   "text": "Once there was a shop that sold greetings. Every morning somebody came in and asked for a new one, and every evening the shelf was empty again. One day a stranger asked for a greeting that nobody had written yet, and the owner sat down and wrote it. It took all night, and in the morning it was only two words long. The stranger was happy, paid with a song, and the shop has had music ever since."},
  {"when": {"last_user_contains": "and then"}, "text": "Then they lived on."}
]}
JSON

"$qwen" sim --port 0 --script "$work/script.json" >"$work/sim.log" 2>&1 &
sim=$!
for _ in $(seq 100); do grep -q 'http://' "$work/sim.log" && break; sleep 0.1; done
base=$(grep -o 'http://127[^ ,]*/v1' "$work/sim.log" | head -1)
root=${base%/compatible-mode/v1}
cat >"$work/home/.qwen/settings.json" <<JSON
{"security": {"auth": {"oauth": {"deviceEndpoint": "$root/api/v1/oauth2/device/code", "tokenEndpoint": "$root/api/v1/oauth2/token"}}}}
JSON

screen() { mux capture-pane -p -t path; }
# Prints what is on the screen, between rules, without the machine's own paths.
show() {
  printf '\n━━ %s\n' "$1"
  screen | sed -e "s|$work/home|~|g; s|$work|/work|g" -e :a -e '/^\n*$/{$d;N;ba' -e '}'
}
# Waits until a text stands on the screen or in the scrollback.
await() {
  for _ in $(seq 300); do
    if mux capture-pane -p -S - -t path 2>/dev/null | grep -qF -- "$1"; then return; fi
    sleep 0.1
  done
  show "never: $1"
  exit 1
}
say() { mux send-keys -t path -l "$1"; sleep 0.3; mux send-keys -t path Enter; }
key() { mux send-keys -t path "$@"; sleep 0.4; }

clean="env -i HOME=$work/home PATH=$PATH TERM=tmux-256color LANG=C.UTF-8 QWEN_NO_KEYRING=1 PS1='\$ '"
mux -f /dev/null new-session -d -s path -x 100 -y 30 "cd $work/shop && $clean bash --norc"
sleep 0.5
say "$qwen"
await "Sign in"; show "first start"
key 1; await "Waiting for approval"; show "a code to approve"
await "is in use now"; sleep 0.5; show "signed in"
say "what is here?"; await 'print(greet("Ada"))'; sleep 0.7; show "an answer"
say "please add types"; await "Change app.py?"; sleep 1; show "a change to allow"
key 1; await "has types"; sleep 0.7; show "allowed"
say "clean up"; await "Run this command?"; sleep 1; show "a command to refuse"
mux send-keys -t path -l "keep the notes"; sleep 0.4; show "a reason for No"
key Escape; await "leave the notes alone"; sleep 0.7; show "refused"
say "tell a story"; await "greetings"; say "and then"; await "queued 1"; show "words that wait"
key Escape; await "stopped"; sleep 0.5; show "stopped, and the words are back"
key Enter; await "lived on"; sleep 0.7; show "sent after all"
say "/cache"; sleep 1; show "/cache"
key Escape
say "/model"; sleep 1; show "/model"
key Escape
mux send-keys -t path -l "a draft that stays"
for size in 140x30 40x12 100x30; do
  mux resize-window -t path -x "${size%x*}" -y "${size#*x}"; sleep 0.8; show "at $size"
done
key C-u; key C-c; key C-c; await "go on with"; sleep 0.5; show "left"
id=$(mux capture-pane -p -J -S - -t path | grep -o 'qwen --resume [^ ]*' | tail -1 | cut -d' ' -f3)
say "clear; $qwen --resume $id"; await "restored"; sleep 1; show "gone on with"
key C-d; sleep 1; show "the shell again"
printf '\n━━ everything in the scrollback, the last 60 rows\n'
mux capture-pane -p -S - -t path | sed -e "s|$work|/work|g" | tail -60
