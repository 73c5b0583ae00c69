# First contact: what system this is, where home is, which Python is new enough. Changes nothing.
# The lines before this one set marker, wanted (the path that the user gave, or empty) and oldest.
say() { printf '%s%s\n' "$marker" "$*"; }

ask() { # prints "3.12.1 /path/of/the/interpreter", or nothing where this is no Python
    "$1" -E -s -c 'import os, sys
os.write(1, ("%d.%d.%d " % sys.version_info[:3]).encode())
os.write(1, os.fsencode(sys.executable))' </dev/null 2>/dev/null
}

try() { # true where this Python is new enough
    answer=$(ask "$1")
    version=${answer%% *}
    case $version in
        3.*.*) ;;
        2.*.*) say "old $version $1"; return 1 ;;
        *) return 1 ;;
    esac
    minor=${version#3.}
    minor=${minor%%.*}
    case $minor in *[!0-9]*) return 1 ;; esac
    if [ "$minor" -ge "$oldest" ]; then
        say "python $answer"
        return 0
    fi
    say "old $version $1"
    return 1
}

printf '\n'
say "system $(uname -s) $(uname -m)"
say "home $HOME"
case $wanted in '~/'*) wanted=$HOME/${wanted#'~/'} ;; esac
if [ -n "$wanted" ]; then
    try "$wanted"
else
    for name in python3.14 python3.13 python3.12 python3.11 python3 python; do
        found=$(command -v "$name" 2>/dev/null) || continue
        if try "$found"; then break; fi
    done
fi
say "end"
exit 0
