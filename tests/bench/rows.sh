# shellcheck shell=bash
# How the parts of a benchmark tell what they measured. Sourced.
#
#	bench_row NAME OURS PEER UNIT [WANTED]
#	                        a line, its columns separated by tabs, for the file
#	                        BENCH_ROWS: PEER is - where there is none, WANTED the most
#	                        that OURS may be. All three are numbers. A name that is
#	                        told twice counts as it was told last.
#	bench_compare NAME LABEL OURS PEER [TIMES]
#	                        the same of two files with microseconds, a number a line,
#	                        by their medians, as a line for people, too: OURS may be
#	                        at most the TIMES-th part of PEER. PEER may be -.
#	bench_median FILE       of the numbers in it
#
# BENCH_ROWS: in the lab it is the file `rows` of what the lab hands out; else, where
# nobody set it, rows come on standard output.

[ -n "${BENCH_ROWS-}" ] || [ ! -d /lab/out ] || BENCH_ROWS=/lab/out/rows

bench_row() {
	local IFS=$'\t'
	if [ -n "${BENCH_ROWS-}" ]; then
		printf '%s\n' "$*" >>"$BENCH_ROWS"
	else
		printf '%s\n' "$*"
	fi
}

bench_median() { sort -n "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

# bench_ms MICROSECONDS
bench_ms() { printf '%d.%03d' $(($1 / 1000)) $(($1 % 1000)); }

bench_compare() {
	local ours peer
	ours=$(bench_median "$3")
	if [ "$4" = - ]; then
		printf '%-24s %9d us\n' "$2" "$ours"
		bench_row "$1" "$(bench_ms "$ours")" - ms
		return
	fi
	peer=$(bench_median "$4")
	printf '%-24s %9d us %9d us   %d.%02d\n' "$2" "$ours" "$peer" \
		$((peer / ours)) $((peer * 100 / ours % 100))
	bench_row "$1" "$(bench_ms "$ours")" "$(bench_ms "$peer")" ms ${5:+"$(bench_ms $((peer / $5)))"}
}
