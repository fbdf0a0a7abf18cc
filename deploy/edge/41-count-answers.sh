#!/bin/sh
# Runs the watcher beside nginx and restarts it if it ends.
/edge/count-answers.sh prepare
while :; do
    /edge/count-answers.sh watch
    sleep 1
done &
