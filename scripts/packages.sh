# Sourced by ./start and ./test: what the machine itself must have, and a Python to go on with.

say() { printf '%s\n' "$*" >&2; }

has_library() { [[ $LIBRARIES == *"$1 ("* ]]; }

# The first Python that is new enough, or nothing.
find_python() {
    local name
    for name in python3 python3.14 python3.13 python3.12 python3.11 /usr/bin/python3; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            printf '%s' "$name"
            return
        fi
    done
}

# install_packages start|test: fills PYTHON; installs as root with apt, otherwise prints the line to run.
install_packages() {
    local missing=() needed=0 LIBRARIES
    LIBRARIES=$(/sbin/ldconfig -p 2>/dev/null || true)
    PYTHON=$(find_python)
    if [ -z "$PYTHON" ]; then
        missing+=(python3 python3-venv)
        needed=1
    elif ! "$PYTHON" -c 'import venv, ensurepip' 2>/dev/null; then
        missing+=(python3-venv)
        needed=1
    fi
    if [ "$(uname -s)" = Linux ]; then
        has_library libpango-1.0.so.0 || missing+=(libpango-1.0-0)
        has_library libpangoft2-1.0.so.0 || missing+=(libpangoft2-1.0-0)
        has_library libharfbuzz-subset.so.0 || missing+=(libharfbuzz-subset0)
        has_library libatomic.so.1 || missing+=(libatomic1)
        if [ "$1" = test ] && [ -z "${CHROMIUM:-}" ] && ! find_chromium; then missing+=(chromium); fi
    fi
    [ ${#missing[@]} -eq 0 ] && return 0
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        say "Installing from Debian: ${missing[*]}"
        apt_install "${missing[@]}" || { say "apt-get failed; its last words are above."; exit 1; }
        PYTHON=$(find_python)
        [ -n "$PYTHON" ] || { say "Python 3.11 or newer is needed; this release of the system has an older one."; exit 1; }
        return 0
    fi
    say "This machine lacks: ${missing[*]}. As an administrator, run:"
    say "    apt-get install -y --no-install-recommends ${missing[*]}"
    if [ $needed = 1 ]; then
        say "Then run this command again."
        exit 1
    fi
    say "Going on without: PDFs (Pango, HarfBuzz) or browser tests (Chromium) will not work; everything else will."
}

find_chromium() {
    command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null
}

apt_install() {
    local log
    log=$(mktemp)
    export DEBIAN_FRONTEND=noninteractive
    if { apt-get install -y --no-install-recommends "$@" || { apt-get update && apt-get install -y --no-install-recommends "$@"; }; } >"$log" 2>&1; then
        rm -f "$log"
        return 0
    fi
    tail -n 15 "$log" >&2
    rm -f "$log"
    return 1
}
