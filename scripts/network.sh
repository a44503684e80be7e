#!/usr/bin/env bash
# Runs every kind of connection through a private authority, an HTTP proxy with a password and a SOCKS proxy, and looks
# what is said where something is missing. Needs openssl, python3, util-linux, tinyproxy and microsocks (the last two are taken
# from apt when they are missing and this runs as root). Not part of `cargo test`.
#
#   scripts/network.sh
set -euo pipefail
cd "$(dirname "$0")/.."

for tool in tinyproxy microsocks; do
  command -v "$tool" >/dev/null || missing=1
done
if [ -n "${missing:-}" ]; then
  apt-get update -qq && apt-get install -y -qq --no-install-recommends tinyproxy microsocks
fi
cargo test --quiet --no-run --test it
binary=$(cargo test --no-run --test it --message-format=json 2>/dev/null |
  sed -n 's/.*"name":"it".*"executable":"\([^"]*\)".*/\1/p' | tail -n 1)

work=$(mktemp -d)
started=()
trap 'kill "${started[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT
host=llm.qwen.test
read -r door sim proxy socks dead < <(python3 - <<'PYTHON'
import socket
all = [socket.socket() for _ in range(5)]
for one in all: one.bind(("127.0.0.1", 0))
print(*[one.getsockname()[1] for one in all])
PYTHON
)

# An authority of our own, and a certificate for the door.
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=Private Authority" -keyout "$work/ca.key" -out "$work/ca.pem" 2>/dev/null
openssl req -newkey rsa:2048 -nodes -subj "/CN=$host" -keyout "$work/door.key" -out "$work/door.csr" 2>/dev/null
openssl x509 -req -in "$work/door.csr" -CA "$work/ca.pem" -CAkey "$work/ca.key" -CAcreateserial -days 2 -out "$work/door.pem" \
  -extfile <(printf 'subjectAltName=DNS:%s,DNS:localhost' "$host") 2>/dev/null
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=Another Authority" -keyout "$work/other.key" -out "$work/other.pem" 2>/dev/null
mkdir "$work/empty"

# The door: speaks TLS and hands everything on to the simulator.
cat >"$work/door.py" <<'PYTHON'
import socket, ssl, sys, threading
door, inside, folder = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(f"{folder}/door.pem", f"{folder}/door.key")
context.set_alpn_protocols(["http/1.1"])
def carry(one, other):
    try:
        while data := one.recv(65536): other.sendall(data)
    except OSError: pass
    for each in (one, other):
        try: each.shutdown(socket.SHUT_RDWR)
        except OSError: pass
def serve(plain):
    try:
        outer = context.wrap_socket(plain, server_side=True)
        inner = socket.create_connection(("127.0.0.1", inside))
    except OSError: return plain.close()
    threading.Thread(target=carry, args=(outer, inner), daemon=True).start()
    carry(inner, outer)
listener = socket.create_server(("127.0.0.1", door))
while True: threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
PYTHON
python3 "$work/door.py" "$door" "$sim" "$work" >/dev/null 2>&1 &
started+=($!)

# Only who is started with this knows the name.
{ cat /etc/hosts; echo "127.0.0.1 $host"; } >"$work/hosts"
apart=(unshare --mount)
[ "$(id -u)" = 0 ] || apart=(unshare --map-root-user --mount)
knowing=("${apart[@]}" sh -c 'mount --bind "$0" /etc/hosts && exec "$@"' "$work/hosts")

cat >"$work/tinyproxy.conf" <<CONF
Port $proxy
Listen 127.0.0.1
Timeout 60
LogFile "$work/tinyproxy.log"
LogLevel Connect
MaxClients 50
BasicAuth person canary-proxy
ConnectPort $door
CONF
"${knowing[@]}" tinyproxy -d -c "$work/tinyproxy.conf" >/dev/null 2>&1 &
started+=($!)
"${knowing[@]}" microsocks -i 127.0.0.1 -p "$socks" -u person -P canary-proxy >/dev/null 2>&1 &
started+=($!)
for port in "$door" "$proxy" "$socks"; do
  for _ in $(seq 100); do (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break || sleep 0.05; done
done

failed=0
clean=(env -i "PATH=$PATH" "TMPDIR=$work" "NETWORK_BASE=https://$host:$door" "NETWORK_SIM=$sim")
state() { # title, what is expected, the host that is fetched from, then variables, and `knowing` first if the name is known
  local title=$1 is=$2 from=$3
  shift 3
  local run=()
  if [ "${1:-}" = knowing ]; then run=("${knowing[@]}") && shift; fi
  echo "== $title"
  "${run[@]}" "${clean[@]}" "NETWORK_IS=$is" "NETWORK_FETCH=https://$from:$door/compatible-mode/v1/models" "$@" \
    "$binary" --ignored --nocapture --test-threads=1 network:: 2>"$work/said" >"$work/told" || { failed=1; cat "$work/told"; }
  grep -E '^  |panicked|does not say' "$work/said" || true
  if grep -q canary-proxy "$work/told"; then echo "the password of the proxy was printed"; failed=1; fi
}
through="http://person:canary-proxy@127.0.0.1:$proxy"
unknown="an authority this machine does not know"
state "a proxy and QWEN_CA_CERTIFICATE" open "$host" "HTTPS_PROXY=$through" "QWEN_CA_CERTIFICATE=$work/ca.pem"
count=$(grep -c "CONNECT $host:$door" "$work/tinyproxy.log" || true)
echo "  the proxy was asked $count times"
[ "$count" -ge 6 ] || failed=1
state "a proxy and SSL_CERT_FILE" open "$host" "HTTPS_PROXY=$through" "SSL_CERT_FILE=$work/ca.pem"
state "ALL_PROXY" open "$host" "ALL_PROXY=$through" "QWEN_CA_CERTIFICATE=$work/ca.pem"
state "a SOCKS proxy that looks names up" open "$host" "HTTPS_PROXY=socks5h://person:canary-proxy@127.0.0.1:$socks" "QWEN_CA_CERTIFICATE=$work/ca.pem"
state "a proxy that is not needed, and NO_PROXY" open localhost knowing "HTTPS_PROXY=http://127.0.0.1:$dead" "NO_PROXY=$host" "QWEN_CA_CERTIFICATE=$work/ca.pem"
state "no certificates at all but one's own" open "$host" "HTTPS_PROXY=$through" "SSL_CERT_DIR=$work/empty" "QWEN_CA_CERTIFICATE=$work/ca.pem"
state "an authority nobody named" "$unknown" "$host" "HTTPS_PROXY=$through"
state "no certificates at all" "$unknown" "$host" "HTTPS_PROXY=$through" "SSL_CERT_DIR=$work/empty"
state "another authority" "$unknown" "$host" "HTTPS_PROXY=$through" "QWEN_CA_CERTIFICATE=$work/other.pem"
state "no proxy where one is needed" "the name \`$host\` was not found" "$host" "QWEN_CA_CERTIFICATE=$work/ca.pem"
state "a proxy that is not there" "proxy" "$host" "HTTPS_PROXY=http://127.0.0.1:$dead" "QWEN_CA_CERTIFICATE=$work/ca.pem"
state "a proxy that refuses the password" "proxy" "$host" "HTTPS_PROXY=http://person:wrong@127.0.0.1:$proxy" "QWEN_CA_CERTIFICATE=$work/ca.pem"
state "a SOCKS proxy that refuses the password" "proxy" "$host" "HTTPS_PROXY=socks5h://person:wrong@127.0.0.1:$socks" "QWEN_CA_CERTIFICATE=$work/ca.pem"

echo "== a client without any certificate of the system's"
"${clean[@]}" "HOME=$work" QWEN_NO_KEYRING=1 OPENAI_API_KEY=sk-x "SSL_CERT_DIR=$work/empty" "HTTPS_PROXY=$through" \
  target/debug/qwen doctor >"$work/doctor" || failed=1
grep -E '^  (proxy|certificates)' "$work/doctor"
if grep -q canary-proxy "$work/doctor"; then failed=1; fi
grep -q 'from inside the program' "$work/doctor" || failed=1

echo "== qwen -p without any credential"
best=999999
for _ in 1 2 3 4 5; do
  began=$(date +%s%N)
  code=0
  "${clean[@]}" "HOME=$work" QWEN_NO_KEYRING=1 target/debug/qwen -p x </dev/null >/dev/null 2>&1 || code=$?
  took=$((($(date +%s%N) - began) / 1000000))
  [ "$took" -lt "$best" ] && best=$took
  [ "$code" = 41 ] || failed=1
done
echo "  exit code $code after $best ms at best"
[ "$best" -le 300 ] || failed=1
exit "$failed"
