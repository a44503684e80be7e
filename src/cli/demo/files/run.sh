# Runs every case and says how many failed.
. "$(dirname "$0")/../src/slug.sh"

failed=0
check() {
    got=$(slug "$1")
    if [ "$got" = "$2" ]; then
        echo "ok   '$1' -> $got"
    else
        echo "FAIL '$1' -> $got, expected $2"
        failed=$((failed + 1))
    fi
}

check 'Hello World' hello-world
check 'Hello, World!' hello-world
check '  two   words ' two-words
check 'already-good' already-good

echo "$failed failed"
[ "$failed" -eq 0 ]
