#!/bin/sh
# Tells nginx which replicas of the api answer. A replica that hangs takes connections and never answers; no timeout of
# nginx may find that out, since a render may rightly wait for longer. Each replica is asked for its liveness, and one that does
# not answer `OK` within a second, since it hangs or is about to end, gets no new requests until it does. If none answers so, all
# get them.
#
# Runs beside nginx, from its entrypoint: `prepare` writes the first list, `watch` goes on for ever.
list=/etc/nginx/replicas/api.conf
port=1337

# The addresses, one a line, in the same order each time.
resolve() {
    # `ahostsv4` is not known to every getent.
    getent ahosts api | cut -d ' ' -f 1 | grep -v : | sort -u
}

is_alive() {
    [ "$(wget -q -T 1 -O - "http://$1:$port/healthz" 2>/dev/null)" = OK ]
}

find_alive() {
    {
        for address in $addresses; do
            { is_alive "$address" && echo "$address"; } &
        done
        wait
    } | sort
}

# nginx needs one server at least: nobody listens on port 9.
write_list() {
    {
        for address in ${1:-127.0.0.1:9}; do
            case $address in *:*) ;; *) address=$address:$port ;; esac
            echo "server $address max_fails=0;"
        done
    } > "$list.new" && mv "$list.new" "$list"
}

# Reads a counter of the system, without a process: the connections that were opened here, to replicas above all.
count_opened() {
    while read -r name _ _ _ _ opened _; do
        # The first line of this name has the titles.
        case $name$opened in Tcp:*[0-9]) count=$opened; return ;; esac
    done < /proc/net/snmp
}

# Nobody asks the edge: it is enough to look after the replicas now and then.
is_idle() {
    before=${count:-0}
    count_opened
    idle_turns=$((count == before ? idle_turns + 1 : 0))
    [ "$idle_turns" -gt 0 ] && [ $((idle_turns % 10)) -ne 0 ]
}

look() {
    addresses=$(resolve)
    alive=$(find_alive)
    wanted=${alive:-$addresses}
    [ "$wanted" = "$listed" ] && return
    write_list "$wanted"
    listed=$wanted
    echo "replicas of the api: $(echo ${wanted:-none})"
    [ "$1" = reload ] && nginx -s reload
    return 0
}

case $1 in
prepare)
    mkdir -p "${list%/*}"
    addresses=$(resolve)
    write_list "$addresses"
    ;;
watch)
    idle_turns=0
    while :; do
        is_idle || { look reload; count_opened; }
        # Each pause is a process.
        sleep $((idle_turns > 1 ? 2 : 1))
    done
    ;;
esac
