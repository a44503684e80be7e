#!/usr/bin/env bash
# Shows what becomes of a key in each state a keyring can be in, with a real Secret Service on a private D-Bus session.
# Needs gnome-keyring and dbus (taken from apt when they are missing and this runs as root). Not part of `cargo test`.
#
#   scripts/keyring.sh
set -euo pipefail
cd "$(dirname "$0")/.."

for tool in gnome-keyring-daemon dbus-daemon dbus-run-session gdbus; do
  command -v "$tool" >/dev/null || missing=1
done
if [ -n "${missing:-}" ]; then
  apt-get update -qq && apt-get install -y -qq --no-install-recommends gnome-keyring dbus libglib2.0-bin
fi
# With this feature a call from asynchronous code panics; one crate that turns it on turns it on for all.
if cargo tree --locked -e features -i zbus | grep -q 'zbus feature "tokio"'; then
  echo 'a crate turns on `zbus/tokio`' >&2
  exit 1
fi
cargo test --quiet --no-run --test it
binary=$(cargo test --no-run --test it --message-format=json 2>/dev/null |
  sed -n 's/.*"name":"it".*"executable":"\([^"]*\)".*/\1/p' | tail -n 1)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/home" "$work/run" "$work/services" "$work/silent"
chmod 700 "$work/run"

# A bus that starts nothing by itself, and one where the question to unlock is asked of a program that never answers.
bus() {
  cat <<XML
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=$work/run</listen>
  <servicedir>$1</servicedir>
  <policy context="default"><allow send_destination="*"/><allow eavesdrop="false"/><allow own="*"/></policy>
</busconfig>
XML
}
bus "$work/services" >"$work/bus.conf"
bus "$work/silent" >"$work/silent.conf"
printf '[D-BUS Service]\nName=org.gnome.keyring.SystemPrompter\nExec=/bin/sleep 30\n' \
  >"$work/silent/prompter.service"

clean=(env -i "PATH=$PATH" "HOME=$work/home" "XDG_DATA_HOME=$work/home/data" "XDG_RUNTIME_DIR=$work/run")
failed=0
state() { # title, what is expected, command before the test, bus configuration or `none`
  echo "== $1"
  local run="$3 KEYRING_IS='$2' '$binary' --ignored --nocapture --test-threads=1 keyring:: 2>&1 | grep -vE '^(running|\$)'; exit \${PIPESTATUS[0]}"
  if [ "$4" = none ]; then
    "${clean[@]}" bash -c "$run" || failed=1
  else
    "${clean[@]}" dbus-run-session --config-file="$4" -- bash -c "$run" || failed=1
  fi
}

daemon="gnome-keyring-daemon --components=secrets"
# The daemon comes back before its name is on the bus.
there="gdbus wait --session --timeout 10 org.freedesktop.secrets"
state "no bus" "there is no keyring" "" none
state "a bus without a service" "there is no keyring" "" "$work/bus.conf"
state "an unlocked keyring" ready "printf secret | $daemon --unlock >/dev/null 2>&1; $there; " "$work/bus.conf"
state "a locked keyring, and nobody to ask" "the keyring is locked" "$daemon --start >/dev/null 2>&1; $there; " "$work/bus.conf"
state "a locked keyring whose question is never answered" "the keyring did not answer" \
  "$daemon --start >/dev/null 2>&1; $there; " "$work/silent.conf"

# A run without a person ends by itself, soon, and says why.
mkdir -p "$work/qwen"
cat >"$work/qwen/accounts.json" <<'JSON'
{"current": "stays", "accounts": [
  {"name": "stays", "preset": "custom", "baseUrl": "https://keyring.example.invalid/v1", "model": "m", "key": "keyring"}
]}
JSON
echo "== qwen -p with a key in a locked keyring whose question is never answered"
began=$(date +%s%N)
code=0
"${clean[@]}" "QWEN_HOME=$work/qwen" dbus-run-session --config-file="$work/silent.conf" -- \
  bash -c "$daemon --start >/dev/null 2>&1; $there; exec '$PWD/target/debug/qwen' -p hello" </dev/null || code=$?
took=$((($(date +%s%N) - began) / 1000000))
echo "exit code $code after $took ms"
if [ "$code" != 41 ] || [ "$took" -gt 4500 ]; then failed=1; fi
exit "$failed"
