# slug TEXT: prints TEXT as a part of a URL: lower case, words joined by single dashes.
slug() {
    printf '%s' "$1" | tr '[:upper:]' '[:lower:]' | tr -c 'a-z0-9' '-'
}
