#!/bin/sh
# Builds the first snapshot if there is none, then brings it up to date each night and writes the
# dumps of each. A night that fails is told and tried again the next; what is served stays.
#
# LICET_SOURCES  what the first snapshot is built from, as arguments of `licet build` (hub:)
# LICET_NIGHTLY_AT  the hour of the day in UTC (3)
# LICET_NIGHTLY_ONCE  anything but empty: do it once, now, and end
set -eu

# Whoever asks whether this failed switches off set -e in it.
run() {
    if [ ! -e "$LICET_DATA/current" ]; then
        # Words are arguments, as of `hub: --limit 10000`.
        # shellcheck disable=SC2086
        licet build ${LICET_SOURCES:-hub:} || return
    elif [ -n "${LICET_NIGHTLY_ONCE:-}" ] || [ -n "${waited:-}" ]; then
        licet update || return
    fi
    if [ ! -e "$LICET_DATA/dumps/$(basename "$(readlink "$LICET_DATA/current")")" ]; then
        licet export || return
    fi
}

while :; do
    if ! run; then
        echo "this run has failed; the snapshot in force stays" >&2
        [ -z "${LICET_NIGHTLY_ONCE:-}" ] || exit 1
    fi
    [ -z "${LICET_NIGHTLY_ONCE:-}" ] || exit 0
    now=$(date -u +%s)
    next=$(((now / 86400) * 86400 + ${LICET_NIGHTLY_AT:-3} * 3600))
    [ "$next" -gt "$now" ] || next=$((next + 86400))
    # In the background, so that a signal to stop is heard at once.
    sleep $((next - now)) &
    wait $!
    waited=yes
done
