#!/usr/bin/env bash
# Runs the real program against a collector nobody here wrote the decoder of: `opentelemetry-proto` from PyPI reads what arrives.
# Then the same with a collector that is down, slow and hostile. Needs python3 with venv. Not part of `cargo test`.
#
#   scripts/telemetry.sh
set -euo pipefail
cd "$(dirname "$0")/.."

cargo build --quiet --locked
qwen=$PWD/target/debug/qwen
work=$(mktemp -d)
started=()
trap 'kill "${started[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT
python=${TELEMETRY_PYTHON:-}
if [ -z "$python" ]; then
  python3 -m venv "$work/venv"
  "$work/venv/bin/pip" install --quiet opentelemetry-proto protobuf
  python=$work/venv/bin/python
fi

# The collector: decodes with the official definitions, refuses what they refuse, keeps every body byte for byte.
cat >"$work/collector.py" <<'PYTHON'
import http.server, pathlib, sys, time
from google.protobuf import json_format
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
folder, kind = pathlib.Path(sys.argv[1]), sys.argv[2]
kinds = {"/v1/logs": ExportLogsServiceRequest, "/v1/traces": ExportTraceServiceRequest}
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def log_message(self, *_): pass
    def do_GET(self): self.tell("followed a redirect"); self.end(200)
    def tell(self, text):
        with open(folder / "told", "a") as file: file.write(text + "\n")
    def end(self, status, headers=(), body=b"{}"):
        self.send_response(status)
        for name, value in headers: self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        try: self.wfile.write(body)
        except OSError: pass
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        with open(folder / ("got" + self.path.replace("/", "-")), "ab") as file: file.write(body)
        if kind == "slow": time.sleep(20)
        if kind == "401": return self.end(401)
        if kind == "redirect": return self.end(307, [("location", "/elsewhere")])
        if kind == "huge": return self.huge()
        try:
            if self.headers["content-type"] != "application/json": raise ValueError(self.headers["content-type"])
            request = json_format.Parse(body, kinds[self.path]())
            self.count(request)
            self.end(200)
        except Exception as error:
            self.tell(f"refused: {error}")
            self.end(400)
    def count(self, request):
        for resource in getattr(request, "resource_logs", ()):
            names = {a.key: a.value.string_value for a in resource.resource.attributes}
            assert names["service.name"] == "qwen" and len(names["qwen.installation"]) == 32, names
            for scope in resource.scope_logs:
                for record in scope.log_records:
                    assert record.time_unix_nano % 3_600_000_000_000 == 0
                    fields = " ".join(f"{a.key}={a.value.string_value or a.value.int_value}" for a in record.attributes)
                    self.tell(f"{record.event_name} {fields}")
        for resource in getattr(request, "resource_spans", ()):
            for scope in resource.scope_spans:
                for span in scope.spans:
                    # OTLP writes ids in hexadecimal where the general mapping has base64: 32 digits are read as 24 bytes.
                    assert (len(span.trace_id), len(span.span_id)) == (24, 12), span.trace_id
                    assert span.end_time_unix_nano >= span.start_time_unix_nano > 0
                    self.tell(f"span {span.name}")
    def huge(self):
        self.send_response(200)
        self.send_header("content-length", str(1 << 40))
        self.end_headers()
        part = b"x" * (1 << 16)
        try:
            while True: self.wfile.write(part)
        except OSError: pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
(folder / "port").write_text(str(server.server_address[1]))
server.serve_forever()
PYTHON

"$qwen" sim --port 0 >"$work/sim" 2>&1 &
started+=($!)
for _ in $(seq 200); do grep -q 'http://' "$work/sim" && break || sleep 0.05; done
base=$(grep -o 'http://127.0.0.1:[0-9]*/compatible-mode/v1' "$work/sim" | head -n 1)

failed=0
wrong() { echo "  WRONG: $*"; failed=1; }
collector() { # kind → a folder in $folder, a port in $port
  folder=$(mktemp -d -p "$work")
  "$python" "$work/collector.py" "$folder" "$1" &
  started+=($!)
  for _ in $(seq 200); do [ -s "$folder/port" ] && break || sleep 0.05; done
  port=$(cat "$folder/port")
}
home() { # endpoint, traces → $home
  home=$(mktemp -d -p "$work")
  mkdir -p "$home/.qwen" "$home/work"
  printf '{"telemetry": {"endpoint": "%s"%s}}' "$1" "${2:+, \"otlp\": {\"endpoint\": \"$2\"\}}" >"$home/.qwen/settings.json"
}
run() {
  (cd "$home/work" && env -i "PATH=$PATH" "HOME=$home" "TMPDIR=$work" QWEN_NO_KEYRING=1 QWEN_TELEMETRY=1 OPENAI_API_KEY=k \
    "OPENAI_BASE_URL=$base" OPENAI_MODEL=qwen3-coder-plus "$qwen" "$@" </dev/null)
}
took() { # words → milliseconds
  local began
  began=$(date +%s%N)
  run "$@" >"$work/out" 2>"$work/err" || wrong "qwen $* ended with $?: $(cat "$work/err")"
  echo $((($(date +%s%N) - began) / 1000000))
}

echo "== a collector that decodes with the official definitions"
collector friendly
home "http://127.0.0.1:$port" "http://127.0.0.1:$port"
for _ in 1 2 3; do run -p hello >/dev/null; done
run telemetry show >"$work/shown"
run telemetry send
[ -e "$folder/told" ] || wrong "nothing arrived"
sort "$folder/told" | sed 's/ .*//' | uniq -c | sed 's/^/  /'
for event in session_started answered turn_ended session_ended; do
  [ "$(grep -c "^$event " "$folder/told")" = 3 ] || wrong "$event was not counted three times"
done
grep -q '^session_started face=once account=key model=qwen3-coder-plus mode=default' "$folder/told" || wrong "the fields are not right"
[ "$(grep -c '^span session_ended' "$folder/told")" = 3 ] || wrong "three traces were expected"
! grep -q refused "$folder/told" || wrong "$(grep refused "$folder/told")"

echo "== what is shown is what arrives, byte for byte"
home "http://127.0.0.1:$port"
rm "$folder/got-v1-logs"
run -p hello >/dev/null
run telemetry show >"$work/shown"
run telemetry send
cmp "$work/shown" "$folder/got-v1-logs" || wrong "the bytes differ"
run telemetry show --sent | cmp - "$folder/got-v1-logs" || wrong "the bytes that were sent last differ"
echo "  $(wc -c <"$work/shown") bytes"

echo "== without a collector"
home ""
run -p hello >/dev/null
usual=$(took -p hello)
echo "  a run takes $usual ms"

for kind in down slow 401 redirect huge; do
  echo "== a collector that is: $kind"
  if [ "$kind" = down ]; then port=9; else collector "$kind"; fi
  home "http://127.0.0.1:$port"
  run -p hello >/dev/null
  # The second run finds what the first one left, and tries.
  second=$(took -p hello)
  [ "$(cat "$work/out")" = "$(run -p hello 2>/dev/null)" ] || wrong "the answer is another one"
  [ ! -s "$work/err" ] || wrong "the person was told: $(cat "$work/err")"
  third=$(took -p hello)
  echo "  runs take $second ms and $third ms; $(run telemetry | grep -o 'waiting.*')"
  [ "$second" -le $((usual + 600)) ] || wrong "a run was held up"
  [ "$third" -le $((usual + 600)) ] || wrong "a run was held up"
  if [ "$kind" != down ]; then
    [ -s "$folder/got-v1-logs" ] || wrong "it was not tried"
    # Whose answer began with 200 has taken it, however it goes on.
    [ "$kind" = huge ] || [ "$(wc -l <"$folder/got-v1-logs")" = 1 ] || wrong "it was tried again before the pause had ended"
    ! grep -qs redirect "$folder/told" || wrong "a redirect was followed"
  fi
done

echo "== memory while an answer never ends"
collector huge
home "http://127.0.0.1:$port"
run -p hello >/dev/null
(cd "$home/work" && env -i "PATH=$PATH" "HOME=$home" QWEN_NO_KEYRING=1 QWEN_TELEMETRY=1 OPENAI_API_KEY=k "OPENAI_BASE_URL=$base" \
  "$python" - "$qwen" <<'PYTHON'
import resource, subprocess, sys
subprocess.run([sys.argv[1], "telemetry", "send"], check=True, stdout=subprocess.DEVNULL)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
print(f"  {peak} MB at most")
sys.exit(peak > 150)
PYTHON
) || wrong "memory grew"

[ "$failed" = 0 ] && echo "all as it should be"
exit "$failed"
