#!/bin/sh
# Counts the answers of the edge by status and cache state, for Prometheus. nginx has no such counters, so they are computed
# from a dedicated log.
#
# Started by the entrypoint of nginx: `prepare` writes the first counts, `watch` runs for ever, `add LOG METRICS` adds the lines
# of a log to the counts in a file. Counters start at 0 with the container.
log=/tmp/counts/answers.log
metrics=/tmp/counts/metrics

# The log has one answer per line: its status and the cache state (`-`: not looked up).
add() {
    awk '
        FILENAME == ARGV[1] && /^iaas_edge_responses_total/ {
            split($1, part, "\"")
            counts[part[2] " " part[4]] = $2
        }
        FILENAME == ARGV[2] && NF == 2 { counts[$1 " " ($2 == "-" ? "none" : tolower($2))]++ }
        END {
            print "# HELP iaas_edge_responses_total Answers of the edge by status, and by what its cache did."
            print "# TYPE iaas_edge_responses_total counter"
            # Series that alerts watch start at 0: a series that starts at 1 shows no increase.
            for (status = 500; status <= 504; status++) counts[status " none"] += 0
            for (pair in counts) {
                split(pair, part, " ")
                printf "iaas_edge_responses_total{status=\"%s\",cache=\"%s\"} %d\n", part[1], part[2], counts[pair]
            }
        }
    ' "$2" "$1" > "$2.new" && mv "$2.new" "$2"
}

case $1 in
add)
    add "$2" "$3"
    ;;
prepare)
    mkdir -p "${log%/*}"
    : > "$log"
    : > "$metrics"
    add "$log" "$metrics"
    ;;
watch)
    while :; do
        sleep 5
        [ -s "$log" ] || continue
        mv "$log" "$log.old"
        kill -USR1 "$(cat /run/nginx.pid)"
        # The workers write to the old file until they have opened the new one.
        sleep 1
        add "$log.old" "$metrics"
    done
    ;;
esac
