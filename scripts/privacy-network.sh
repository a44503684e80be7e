#!/usr/bin/env bash
# Runs every way out of counting in a network namespace of its own, where everything has a route and a recorder sees every
# packet: none may go anywhere but to the model, and no file may be left but what the run was asked for. At the end the same
# with counting on, so that the recorder is known to see. Needs iproute2, util-linux and python3. Not part of `cargo test`.
#
#   scripts/privacy-network.sh
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "${1:-}" != inside ]; then
  cargo build --quiet --locked
  apart=(unshare --net)
  [ "$(id -u)" = 0 ] || apart=(unshare --map-root-user --net)
  exec "${apart[@]}" "$0" inside
fi

qwen=$PWD/target/debug/qwen
work=$(mktemp -d)
started=()
trap 'kill "${started[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT
ip link set lo up
# Every address of the world is this machine's, so that whatever is sent comes by the recorder.
ip route add local default dev lo
collector=http://10.99.0.7:4318

"$qwen" sim --port 0 >"$work/sim" 2>&1 &
started+=($!)
for _ in $(seq 200); do grep -q 'http://' "$work/sim" && break || sleep 0.05; done
base=$(grep -o 'http://127.0.0.1:[0-9]*/compatible-mode/v1' "$work/sim" | head -n 1)
model=$(echo "$base" | sed 's|.*:\([0-9]*\)/.*|\1|')

# The recorder: every packet on every interface but those of the conversation with the model.
cat >"$work/recorder.py" <<'PYTHON'
import socket, struct, sys
model, path = int(sys.argv[1]), sys.argv[2]
listener = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
open(path, "w").close()
while True:
    packet, (interface, protocol, *_) = listener.recvfrom(65536)
    what = f"{interface} protocol {protocol:#06x}"
    if protocol == 0x86dd and packet[6] == 58 and packet[40] in (133, 135, 143): continue  # the system finds neighbours
    if protocol == 0x86dd and packet[6] == 0: continue  # the system joins groups
    if protocol == 0x0800:
        head = (packet[0] & 15) * 4
        to = socket.inet_ntoa(packet[16:20])
        ports = struct.unpack("!HH", packet[head:head + 4]) if packet[9] in (6, 17) else (0, 0)
        if interface == "lo" and model in ports: continue
        what = f"{interface} to {to}:{ports[1]}"
    with open(path, "a") as file: file.write(what + "\n")
PYTHON
python3 "$work/recorder.py" "$model" "$work/packets" &
started+=($!)
for _ in $(seq 200); do [ -e "$work/packets" ] && break || sleep 0.05; done

failed=0
wrong() { echo "  WRONG: $*"; failed=1; }
state() { # who: key or sign-in; what was said before: nothing or yes → $home
  home=$(mktemp -d -p "$work")
  mkdir -p "$home/.qwen" "$home/work"
  printf '{"telemetry": {"endpoint": "%s"}}' "$collector" >"$home/.qwen/settings.json"
  account=(OPENAI_API_KEY=k "OPENAI_BASE_URL=$base" OPENAI_MODEL=qwen3-coder-plus)
  if [ "$1" = sign-in ]; then
    account=()
    printf '{"access_token":"a","refresh_token":"r","token_type":"Bearer","resource_url":"portal.qwen.ai","expiry_date":4102444800000}' \
      >"$home/.qwen/oauth_creds.json"
  fi
  [ "$2" = nothing ] || run "" telemetry on >/dev/null
}
run() { # variables, words
  local variables
  read -ra variables <<<"$1"
  shift
  (cd "$home/work" && env -i "PATH=$PATH" "HOME=$home" "TMPDIR=$work" TERM=xterm-256color QWEN_NO_KEYRING=1 "${account[@]}" \
    "${variables[@]}" "$qwen" "$@" </dev/null)
}
screen() { # variables, words: opens the terminal, waits, leaves
  local variables
  read -ra variables <<<"$1"
  shift
  (sleep 1.5; printf '\004'; sleep 0.5; printf '\004') |
    (cd "$home/work" && env -i "PATH=$PATH" "HOME=$home" "TMPDIR=$work" TERM=xterm-256color QWEN_NO_KEYRING=1 "${account[@]}" \
      "${variables[@]}" timeout 20 script -qec "$qwen $*" /dev/null) >"$work/screen" 2>&1 || true
}
left() { # prints what is kept beside what a run is asked for
  find "$home" \( -path '*/telemetry*' -o -name 'crash*' -o -name 'installation*' \) ! -path '*/projects/*' -printf '%P\n' | sort
}
quiet() { # nothing was sent, nothing is left
  sleep 0.3
  [ ! -s "$work/packets" ] || wrong "packets: $(sort "$work/packets" | uniq -c)"
  [ -z "$(left)" ] || wrong "files: $(left)"
  : >"$work/packets"
}
way() { # title, variables, words of the command line
  local title=$1 variables=$2 who
  shift 2
  echo "== $title"
  for who in "key nothing" "sign-in nothing" "key yes"; do
    read -r account_is said <<<"$who"
    state "$account_is" "$said"
    # Who said yes keeps that, and nothing else.
    if [ "$said" = yes ]; then rm -rf "$work/kept" && mv "$home/.qwen/telemetry" "$work/kept"; fi
    prepare
    if [ "$said" = yes ]; then cp -r "$work/kept" "$home/.qwen/telemetry"; fi
    [ "$account_is" = sign-in ] || run "$variables" "$@" -p hello >/dev/null 2>&1 || wrong "the run failed"
    screen "$variables" "$@"
    grep -q 'qwen' "$work/screen" || wrong "the screen did not open"
    ! grep -q 'counts how it is used' "$work/screen" || wrong "the notice was shown"
    [ $# -gt 0 ] || run "$variables" telemetry crash --now >/dev/null 2>&1 || true
    if [ "$said" = yes ]; then
      [ ! -e "$work/kept/consent.json" ] || cmp -s "$work/kept/consent.json" "$home/.qwen/telemetry/consent.json" ||
        wrong "the mark changed"
      rm -f "$home/.qwen/telemetry/consent.json"
      rmdir "$home/.qwen/telemetry" 2>/dev/null || true
    fi
    quiet
  done
}
prepare() { :; }
way "--no-telemetry" "" --no-telemetry
way "--private" "" --private
way "DO_NOT_TRACK=1" "DO_NOT_TRACK=1"
way "QWEN_TELEMETRY=0" "QWEN_TELEMETRY=0"
way "QWEN_USAGE_STATISTICS_ENABLED=false" "QWEN_USAGE_STATISTICS_ENABLED=false"
way "CI=true" "CI=true"
prepare() { printf '{"telemetry": {"endpoint": "%s"}, "privacy": {"usageStatisticsEnabled": false}}' "$collector" >"$home/.qwen/settings.json"; }
way "the person's settings" ""
prepare() { mkdir -p "$home/work/.qwen" && echo '{"privacy": {"usageStatisticsEnabled": false}}' >"$home/work/.qwen/settings.json"; }
way "a project's settings" ""
prepare() { run "" telemetry off >/dev/null; rm -rf "$work/kept"; mkdir "$work/kept"; }
way "qwen telemetry off" ""

echo "== an API key, and nobody said anything"
state key nothing
run "" -p hello >/dev/null
screen ""
quiet

echo "== a sign-in that runs without a person"
state sign-in nothing
run "" telemetry status >/dev/null
run "" --version >/dev/null
run "" --help >/dev/null
run "" doctor >/dev/null 2>&1 || true
quiet

echo "== a sign-in and its first start: the notice, and nothing else"
state sign-in nothing
screen ""
grep -q 'counts how it is used' "$work/screen" || wrong "the notice was not shown"
sleep 0.3
[ ! -s "$work/packets" ] || wrong "packets: $(cat "$work/packets")"
[ "$(left)" = "$(printf '.qwen/telemetry\n.qwen/telemetry/consent.json')" ] || wrong "files: $(left)"

echo "== its second start: the recorder sees"
screen ""
left | sed 's/^/  /'
: >"$work/packets"
screen ""
sleep 0.3
sort "$work/packets" | uniq -c | sed 's/^/ /'
[ -s "$work/packets" ] || wrong "the recorder sees nothing"

[ "$failed" = 0 ] && echo "all as it should be"
exit "$failed"
