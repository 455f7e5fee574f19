#!/bin/sh
# Writes every stored object of some resources once more, unchanged, so that the API server stores it
# the way it writes today. Made by `secretkit encryption rewrite`.
#
# An API server writes an unchanged object only if it is not stored that way yet, and says 200 OK
# either way. So an object counts as rewritten once its resourceVersion has changed, and what has not
# changed after some rounds is named and makes the exit code 1. No value leaves the pipe from one
# kubectl to the other: files hold names and versions, and of what the API server says its reason alone.
#
# From the environment:
#   KUBECTL          the command line of kubectl, as `k3s kubectl` (kubectl)
#   KUBECONFIG, KUBE_CONTEXT     the cluster
#   ROLLED_AT        a time, 2026-11-24T14:00:00Z, by which every API server was rolled: what was written
#                    since then needs no rewriting and is passed over
#   CHUNK            objects a request (50)
#   ROUNDS           how often to try (5)
#   REQUEST_TIMEOUT  of one request (60s)
# Exit: 0 all rewritten, 1 some are not or could not be seen, 2 it could not begin.
set -eu

RESOURCES=@RESOURCES@
EXCEPTED=@EXCEPTED@
NAMESPACES=@NAMESPACES@
WRITER=@WRITER@

LC_ALL=C
export LC_ALL
umask 077
KUBECTL=${KUBECTL:-kubectl}
KUBE_CONTEXT=${KUBE_CONTEXT:-}
ROLLED_AT=${ROLLED_AT:-}
CHUNK=${CHUNK:-50}
ROUNDS=${ROUNDS:-5}
REQUEST_TIMEOUT=${REQUEST_TIMEOUT:-60s}
SHOWN=20
tab=$(printf '\t')

say() { printf '%s\n' "$*"; }
complain() { printf '%s\n' "$*" >&2; }

kube() {
    # shellcheck disable=SC2086 # a command line of several words
    $KUBECTL ${KUBE_CONTEXT:+"--context=$KUBE_CONTEXT"} "--request-timeout=$REQUEST_TIMEOUT" "$@"
}

# What of kubectl's stderr may be shown: of an answer of the API server its reason, since the rest may
# quote the object; of kubectl's own words what stands before anything like one.
reasons() {
    sed -n \
        -e '/^error: no objects passed to replace/d' \
        -e 's/^\(Error from server ([A-Za-z]*)\).*$/\1/p; t' \
        -e 's/^\(Error from server\).*$/\1/p; t' \
        -e 's/^The .* is invalid:.*$/Error from server (Invalid)/p; t' \
        -e '/^error: /b own' -e '/^Unable to connect/b own' -e '/^The connection to/b own' \
        -e d -e ':own' -e 's/[{"].*$/.../; s/^\(.\{200\}\).*$/\1/' -e p
}

# Runs kubectl with stdout to a file; fails as it does, with its reasons added to those of the resource.
asked() {
    asked_out=$1
    shift
    rm -f "$work/failed"
    { kube "$@" </dev/null 2>&3 >"$asked_out" || : >"$work/failed"; } 3>&1 | reasons >>"$work/errors"
    [ ! -e "$work/failed" ]
}

# Lines of resourceVersion, uid, times of writing and name of the objects in a namespace, or of all.
listed() {
    asked "$1" get "$2" ${3:+"--namespace=$3"} --output="jsonpath={range .items[*]}\
{.metadata.resourceVersion}{\"\\t\"}{.metadata.uid}{\"\\t\"}@ {.metadata.creationTimestamp}\
 {.metadata.managedFields[*].time}{\"\\t\"}{.metadata.name}{\"\\n\"}{end}"
}

# Puts the named objects of a namespace back as they are.
put() {
    put_resource=$1
    put_namespace=$2
    shift 2
    { kube get "$put_resource" ${put_namespace:+"--namespace=$put_namespace"} --ignore-not-found \
        --output=json -- "$@" </dev/null |
        kube replace --validate=false --filename=- >/dev/null; } 2>&1 | reasons >>"$work/errors" || :
}

# Puts back what is listed in $work/pending, some at a time.
put_pending() {
    set -- "$1" "$2"
    while IFS=$tab read -r _ _ _ name <&4; do
        set -- "$@" "$name"
        if [ $# -ge $((CHUNK + 2)) ]; then
            put "$@"
            set -- "$1" "$2"
        fi
    done 4<"$work/pending"
    if [ $# -gt 2 ]; then put "$@"; fi
}

# Leaves in $work/pending what is in there still, as it was.
settle() {
    awk -F "$tab" 'FILENAME == ARGV[1] { now[$2] = $1; next } $2 in now && now[$2] == $1' \
        "$work/now" "$work/pending" >"$work/left"
    mv "$work/left" "$work/pending"
}

# One resource in one namespace, or without one.
rewrite() {
    rewrite_name=$1
    if ! listed "$work/now" "$2" "$3"; then
        complain "$rewrite_name${3:+ in $3}: could not be listed"
        unseen=$((unseen + 1))
        return 0
    fi
    awk -F "$tab" -v since="$ROLLED_AT" '
        function last(text, words, count, newest) {
            count = split(text, words, " ")
            for (newest = ""; count > 1; count--) if (words[count] > newest) newest = words[count]
            return newest
        }
        since == "" || last($3) <= since' "$work/now" >"$work/pending"
    if [ -s "$work/now" ]; then say "$3" >>"$work/inhabited"; fi
    found=$((found + $(wc -l <"$work/now")))
    newer=$((newer + $(wc -l <"$work/now") - $(wc -l <"$work/pending")))
    round=0
    while [ -s "$work/pending" ] && [ "$round" -lt "$ROUNDS" ]; do
        sleep "$round"
        round=$((round + 1))
        put_pending "$2" "$3"
        if listed "$work/now" "$2" "$3"; then settle; fi
    done
    cut -f 4 <"$work/pending" | while IFS= read -r name; do
        say "$rewrite_name ${3:+$3/}$name"
    done >>"$work/unwritten"
    left=$((left + $(wc -l <"$work/pending")))
}

# A resource as `secrets` or `deployments.apps`.
resource() {
    case $1 in
    *.*) argument=$1 ;;
    *) argument=$1.v1. ;; # the core group, whatever else is called so
    esac
    found=0 newer=0 left=0 places=0
    : >"$work/errors"
    if grep -Fqx -e "$1" "$work/namespaced"; then
        if [ -n "$NAMESPACES" ]; then
            say "$NAMESPACES" >"$work/namespaces"
        elif asked "$work/table" get "$argument" --all-namespaces --no-headers; then
            awk '{ print $1 }' "$work/table" | sort -u >"$work/namespaces"
        else
            complain "$1: could not be listed"
            unseen=$((unseen + 1))
            : >"$work/namespaces"
        fi
        rm -f "$work/table"
        while IFS= read -r namespace <&5; do
            places=$((places + 1))
            rewrite "$1" "$argument" "$namespace"
        done 5<"$work/namespaces"
        where=", namespaces: $places"
    elif [ -n "$NAMESPACES" ]; then
        say "$1: passed over, it has no namespace"
        return 0
    else
        rewrite "$1" "$argument" ''
        where=
    fi
    total=$((total + left))
    told="$1: $((found - newer - left)) of $found rewritten$where"
    if [ "$newer" -gt 0 ]; then told="$told, $newer written since $ROLLED_AT"; fi
    say "$told"
    if [ "$left" -gt 0 ] || [ "$unseen" -gt 0 ]; then
        sort "$work/errors" | uniq -c | sed -e 's/^ *\([0-9]*\) /    \1 times: /' -e 5q >&2
    fi
}

# A resource, or what a wildcard stands for in this cluster.
declared() {
    case $1 in
    '*.*') cat "$work/all" ;;
    '*.') grep -Fv . "$work/all" || : ;;
    '*.'*)
        awk -v group="${1#??}" '{ at = index($0, ".") }
            at && substr($0, at + 1) == group' "$work/all"
        ;;
    *)
        say "$1"
        return 0
        ;;
    esac | while IFS= read -r name; do
        group=${name#*.}
        if [ "$name" = events.events.k8s.io ]; then
            complain "$name: passed over, its objects are those of events"
        elif [ "$group" != "$name" ] && grep -Fqx -e "$group" "$work/others"; then
            complain "$name: passed over, another API server keeps it"
        else
            say "$name"
        fi
    done
}

case $ROLLED_AT in
'' | [0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9]Z) ;;
*)
    complain "ROLLED_AT is no time like 2026-11-24T14:00:00Z"
    exit 2
    ;;
esac
for number in "$CHUNK" "$ROUNDS"; do
    case $number in
    '' | 0* | *[!0-9]*)
        complain "CHUNK and ROUNDS are numbers from 1 on"
        exit 2
        ;;
    esac
done
# shellcheck disable=SC2086 # the first word of a command line
set -- $KUBECTL
if ! command -v "$1" >/dev/null; then
    complain "$1: no such program (KUBECTL names another)"
    exit 2
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
: >"$work/errors"
: >"$work/unwritten"
total=0 unseen=0

# What the cluster serves. kubectl fails where one of several servers is away, and lists the rest.
asked "$work/all" api-resources --output=name || unseen=$((unseen + 1))
asked "$work/namespaced" api-resources --output=name --verbs=list,update --namespaced=true || unseen=$((unseen + 1))
asked "$work/cluster" api-resources --output=name --verbs=list,update --namespaced=false || unseen=$((unseen + 1))
if [ ! -s "$work/all" ]; then
    complain "the cluster's resources could not be listed"
    sort -u "$work/errors" >&2
    exit 2
fi
if [ "$unseen" -gt 0 ]; then
    complain "not all of the cluster's resources could be listed"
    sort -u "$work/errors" >&2
fi
asked "$work/others" get apiservices.v1.apiregistration.k8s.io \
    --output='jsonpath={range .items[?(@.spec.service)]}{.spec.group}{"\n"}{end}' || : >"$work/others"

# kubectl lists a namespace that is not there as an empty one. Who may not look for it knows that it is
# there once something is found in it.
: >"$work/inhabited"
: >"$work/doubted"
absent=
if [ -n "$NAMESPACES" ]; then
    say "$NAMESPACES" >"$work/asked"
    while IFS= read -r namespace <&7; do
        if ! asked "$work/table" get namespaces.v1. --ignore-not-found --output=name -- "$namespace"; then
            say "$namespace" >>"$work/doubted"
        elif [ ! -s "$work/table" ]; then
            complain "$namespace: the cluster has no such namespace"
            absent=1
        fi
    done 7<"$work/asked"
fi
if [ "$absent" ]; then exit 2; fi

all_of() { say "$1" | while IFS= read -r name; do declared "$name"; done | sort -u; }
: >"$work/excepted"
if [ -n "$EXCEPTED" ]; then all_of "$EXCEPTED" >"$work/excepted"; fi
all_of "$RESOURCES" | { grep -Fvx -f "$work/excepted" || :; } >"$work/resources"
while IFS= read -r name <&6; do
    if grep -Fqx -e "$name" "$work/namespaced" "$work/cluster"; then
        resource "$name"
    elif grep -Fqx -e "$name" "$work/all"; then
        say "$name: passed over, it cannot be listed and updated"
    else
        say "$name: passed over, the cluster has no such resource"
    fi
done 6<"$work/resources"

grep -Fvx -f "$work/inhabited" "$work/doubted" >"$work/nowhere" || :
while IFS= read -r namespace <&6; do
    complain "$namespace: nothing was found, and whether there is such a namespace could not be seen"
    unseen=$((unseen + 1))
done 6<"$work/nowhere"
if [ -s "$work/unwritten" ]; then
    complain "not rewritten:"
    sed -e 's/^/    /' -e "${SHOWN}q" "$work/unwritten" >&2
    if [ "$total" -gt "$SHOWN" ]; then complain "    and $((total - SHOWN)) more"; fi
    complain "Either they are stored as written $WRITER already, or an API server that answered does not"
    complain "write so yet. \`secretkit encryption verify\` tells one from the other."
fi
[ "$total" -eq 0 ] && [ "$unseen" -eq 0 ]
