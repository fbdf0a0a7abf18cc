#!/bin/sh
# Beside nginx from its start to its end; what ends by itself is started again.
/edge/count-answers.sh prepare
while :; do
    /edge/count-answers.sh watch
    sleep 1
done &
