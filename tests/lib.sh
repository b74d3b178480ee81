# What the tests with other people's programs share; to be sourced in the project's folder.

target=${CARGO_TARGET_DIR:-target}
mkdir -p "$target"
target=$(cd "$target" && pwd)

fail() {
    echo "$0: $*" >&2
    exit 2
}

# need PROGRAM PACKAGE: the program is here, or comes with Debian's package. Where it cannot be had, the test fails.
need() {
    command -v "$1" >/dev/null || install "$2"
    command -v "$1" >/dev/null || fail "$1 is needed and is not here"
}

install() {
    [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null || fail "the Debian package $1 is needed, or what corresponds to it"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq >&2 || fail "apt-get update failed"
    apt-get install -y -qq --no-install-recommends "$1" >&2 || fail "the Debian package $1 cannot be installed"
}

# python_environment NAME: sets `python` to one that has tests/NAME/requirements.txt, made anew only if that has changed.
python_environment() {
    local venv=$target/$1/venv requirements=tests/$1/requirements.txt wanted
    need python3 python3
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))' || fail "Python 3.10 or later is needed"
    # Debian splits venv off.
    python3 -c 'import venv, ensurepip' 2>/dev/null || install python3-venv
    wanted=$(python3 --version; cat "$requirements")
    if [[ ! -x $venv/bin/python || $(cat "$venv/wanted" 2>/dev/null) != "$wanted" ]]; then
        echo "Installing $requirements" >&2
        rm -rf "$venv"
        python3 -m venv "$venv" || fail "no virtual environment can be made in $venv"
        "$venv/bin/pip" install --quiet --disable-pip-version-check --no-input --requirement "$requirements" ||
            fail "$requirements cannot be installed from PyPI"
        printf '%s\n' "$wanted" >"$venv/wanted"
    fi
    python=$venv/bin/python
    export PYTHONDONTWRITEBYTECODE=1
}

# Sets TRAILSEAL, the command to test, unless it is set already.
trailseal_command() {
    if [[ -z ${TRAILSEAL:-} ]]; then
        cargo build --quiet --locked --package trailseal-cli
        TRAILSEAL=$target/debug/trailseal
    fi
    export TRAILSEAL
}
