# What scripts/run, scripts/test and scripts/check share: the Python environment in .venv and the packages
# of the system. Sourced by them, never run. Everything it says goes to stderr: stdout is the program's.

set -u
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
venv=$root/.venv
python=$venv/bin/python

say() { printf 'deskconsole: %s\n' "$*" >&2; }
fail() {
    say "$*"
    exit 1
}

# Until the program itself runs, Ctrl+C and the like end with one sentence, as they do in the program.
trap 'say cancelled; exit 130' INT TERM HUP

# closed COMMAND...: runs it without PYTHONPATH, PYTHONHOME and the like, which are meant for other programs.
closed() (
    # shellcheck disable=SC2086  # names, each a word
    unset ${!PYTHON@}
    exec "$@"
)

# ensure_environment run|test: .venv has what scripts/locks/NAME.txt locks, and this project.
# Cheap when nothing changed; safe when several start at once.
ensure_environment() {
    local kind=$1
    is_ready "$kind" && return
    owned
    # The lock is on the project's folder itself, so that no file has to be kept for it.
    exec 9<"$root"
    if command -v flock >/dev/null && ! flock -n 9; then
        say "another start is preparing .venv, waiting for it"
        flock 9
    fi
    # Another start may have done it meanwhile.
    is_ready "$kind" || prepare "$kind"
    exec 9<&-
}

# Another user's clone, or one on a read-only disk, can be used when it is ready; it cannot be made ready.
owned() {
    local place=$root
    [ ! -e "$venv" ] || place=$venv
    [ -w "$place" ] || fail "$place cannot be written by $(id -un) (it belongs to $(stat -c %U "$place"))." \
        "Make a clone of your own: git clone $root"
}

is_ready() {
    local stamp=""
    [ -x "$python" ] || return 1
    { read -r stamp <"$venv/ready-$1"; } 2>/dev/null
    [ -n "$stamp" ] && [ "$stamp" = "$(fingerprint "$1")" ]
}

# Changes when the lock, the project's metadata, the place of the clone or the Python behind .venv do.
fingerprint() {
    {
        cat "$root/scripts/locks/$1.txt" "$root/pyproject.toml"
        printf '%s\n' "$root"
        "$python" -ISc 'import sys; print(sys.version_info[:2])'
    } | sha256sum | cut -d ' ' -f 1
}

prepare() {
    local kind=$1 began=$SECONDS installed="" pip
    local log=$venv/install.log
    [ -x "$python" ] && installed=$("$python" -Ic 'import sys, pip; print("pip of", sys.prefix)' 2>/dev/null)
    if [ "$installed" != "pip of $venv" ]; then
        find_python
        say "making .venv with $("$found" --version) ($found)"
        "$found" -Im venv --clear "$venv" >&2 || fail "could not make $venv; the lines above say why."
        # Python 3.11 adds it, 10 MB, and nothing needs it.
        "$python" -Im pip --disable-pip-version-check uninstall -q -y setuptools >/dev/null 2>&1
    fi
    rm -f "$venv"/ready-*
    # PIP_USER and PIP_TARGET of a user's configuration would lead out of the environment.
    pip=(closed env PIP_USER=0 PIP_TARGET= "$python" -m pip --disable-pip-version-check --no-input)
    say "installing the locked packages (scripts/locks/$kind.txt)"
    "${pip[@]}" install --require-hashes --only-binary :all: --no-deps --no-compile \
        -r "$root/scripts/locks/$kind.txt" 2>&1 | tee "$log" | show_progress "$kind"
    if [ "${PIPESTATUS[0]}" != 0 ]; then
        grep -v '^Collecting\|^Requirement already\|^ *Downloading\|^ *Using cached' "$log" | tail -n 12 >&2
        fail "pip could not install the packages; the whole story is in $log."
    fi
    # The build backend is locked and installed above: nothing is fetched here.
    if ! "${pip[@]}" install -q --no-deps --no-build-isolation --editable "$root" >"$log" 2>&1; then
        tail -n 12 "$log" >&2
        fail "pip could not install the project itself; the whole story is in $log."
    fi
    "$python" -I "$root/scripts/bytecode.py" >>"$log" 2>&1 || say "the first start takes longer; $log says why."
    fingerprint "$kind" >"$venv/ready-$kind"
    # The packages of the tests include those of the program.
    [ "$kind" != test ] || fingerprint run >"$venv/ready-run"
    ensure_window_libraries
    say "ready after $((SECONDS - began)) s"
}

# Counts pip's lines; without a terminal it stays silent, the log has them.
show_progress() {
    local line name count=0 total
    total=$(grep -c '^[a-z].*==' "$root/scripts/locks/$1.txt")
    while IFS= read -r line; do
        case $line in
            Collecting\ * | Requirement\ already\ satisfied:\ *)
                count=$((count + 1))
                name=${line#Collecting }
                name=${name#Requirement already satisfied: }
                [ ! -t 2 ] || printf '\r\033[K  %d of about %d: %s' "$count" "$total" "${name%% *}" >&2
                ;;
            Installing\ collected\ packages*)
                [ ! -t 2 ] || printf '\r\033[K  unpacking %d packages' "$count" >&2
                ;;
        esac
    done
    [ ! -t 2 ] || printf '\r\033[K' >&2
}

# Sets `found` to a Python that is new enough and can make an environment.
find_python() {
    local candidate path unable=""
    for candidate in ${DESKCONSOLE_PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
        path=$(command -v "$candidate") || continue
        # A version manager's shim may exist and still fail: only running it tells.
        "$path" -ISc 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null || continue
        if "$path" -Ic 'import venv, ensurepip' 2>/dev/null; then
            found=$path
            return
        fi
        unable=$path
    done
    if [ -n "$unable" ]; then
        fail "$unable has no venv module; install it with: sudo apt-get install python3-venv"
    fi
    fail "Python 3.11 to 3.14 is needed and was not found; install it with: sudo apt-get install python3 python3-venv" \
        "(or name one: DESKCONSOLE_PYTHON=/path/to/python3 $0)"
}

# What the window (OpenCV's, with its own Qt) expects of the system, as library=Debian package: what `ldd`
# missed of the wheel's libraries on a bare Debian 12 (libX11, libxcb and libICE come with these), and libX11-xcb,
# without which one window in nine stays black (viewer/__main__.py).
window_libraries=(
    libGL.so.1=libgl1
    libSM.so.6=libsm6
    libX11-xcb.so.1=libx11-xcb1
    libXext.so.6=libxext6
    libgthread-2.0.so.0=libglib2.0-0
)

ensure_window_libraries() {
    local known pair missing=()
    [ "$(uname -s)" = Linux ] || return 0
    known=$(PATH=$PATH:/usr/sbin:/sbin ldconfig -p)
    for pair in "${window_libraries[@]}"; do
        [[ $known == *$'\t'"${pair%%=*} "* ]] || missing+=("${pair#*=}")
    done
    install_packages "the window" "it cannot be opened; everything else works" "${missing[@]}"
}

# install_packages WHAT CONSEQUENCE PACKAGE...: installs Debian packages where that may be done without
# asking; otherwise says in one line what to do and goes on.
install_packages() {
    local what=$1 consequence=$2 sudo=()
    shift 2
    [ $# -gt 0 ] || return 0
    if ! command -v apt-get >/dev/null; then
        say "$what needs packages of the system, in Debian's names: $*. Until then $consequence."
        return 0
    fi
    if [ "$(id -u)" != 0 ]; then
        sudo=(sudo -n)
        if ! sudo -n true 2>/dev/null; then
            say "$what needs: sudo apt-get install $*. Until then $consequence."
            return 0
        fi
    fi
    say "installing packages of the system for $what: $*"
    "${sudo[@]}" sh -c "$apt_install" sh "$@" >"$venv/apt.log" 2>&1 && return
    tail -n 5 "$venv/apt.log" >&2
    say "that failed (see $venv/apt.log). Until $* are installed, $consequence."
}

# Nothing may be started by an installation (openssh-server would): Debian asks policy-rc.d about it.
# shellcheck disable=SC2016  # expanded by the sh that runs it
apt_install='
    export DEBIAN_FRONTEND=noninteractive
    policy=/usr/sbin/policy-rc.d
    if [ ! -e $policy ]; then
        trap "rm -f $policy" EXIT
        trap "exit 1" HUP INT TERM
        printf "#!/bin/sh\nexit 101\n" >$policy && chmod 755 $policy
    fi
    install() { apt-get install -y -q --no-install-recommends "$@"; }
    ls /var/lib/apt/lists/*Packages* >/dev/null 2>&1 && install "$@" && exit
    apt-get update -q && install "$@"
'
