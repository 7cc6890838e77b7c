#!/usr/bin/env bash
# The benchmark's runner, with parts that only pretend to measure.
# shellcheck source=tests/check.sh
. "$(dirname "$0")/../check.sh"

# part NAME: from standard input; it says that it ran
part() {
	{
		printf '#!/usr/bin/env bash\n. %q\n' "$top/tests/bench/rows.sh"
		cat
		# shellcheck disable=SC2016 # for the part
		printf 'echo "$0 ran"\n'
	} >"$work/$1"
	chmod +x "$work/$1"
}

# bench NAME...: these parts; `status`, $work/said and $work/bench.json are what came of it
bench() {
	status=0
	rm -f "$work/bench.json"
	"$top/tests/bench/run" --json "$work/bench.json" "${@/#/$work/}" >"$work/said" 2>&1 || status=$?
}
figure() { jq -c ".\"$1\"" "$work/bench.json"; }
ran() { grep -c ' ran$' "$work/said"; }

part good <<'PART'
bench_row fake.types_ms 1.5 40 ms 20
bench_row fake.fps 59.9 - 1/s
PART
part "equal" <<'PART'
bench_row "fake.all of it" 75 - 1/s 75
PART
part short <<'PART'
bench_row fake.wakeups 1095 - 1/s 75
PART
part broken <<'PART'
bench_row fake.before_ms 3 - ms
exit 3
PART
part unmeasured <<'PART'
bench_row fake.lost_us "" 2 us 500
bench_row fake.no_peer_ms 2 "" ms ""
PART
part twice <<'PART'
bench_row fake.again 1000 - 1/s 75
bench_row fake.again 74 - 1/s 75
PART
part compared <<'PART'
work=$(mktemp -d)
printf '%s\n' 900 1234 5000 >"$work/ours"
printf '%s\n' 90000 20000 30000 >"$work/peer"
bench_compare fake.ten_ms "ten times" "$work/ours" "$work/peer" 10
bench_compare fake.thirty_ms "thirty times" "$work/ours" "$work/peer" 30
bench_compare fake.alone_ms "alone" "$work/ours" -
rm -r "$work"
PART

bench good equal
same "all is well" "0 2" "$status $(ran)"
same "a figure beside its peer" '{"ours":1.5,"peer":40,"unit":"ms","wanted":20}' "$(figure fake.types_ms)"
same "one without a peer and a bound" '{"ours":59.9,"peer":null,"unit":"1/s"}' "$(figure fake.fps)"
same "one that is what its bound is" 75 "$(figure "fake.all of it" | jq .ours)"
check "where they are is said" grep -q "^bench: 3 figures are in $work/bench.json" "$work/said"

bench short good
same "one that falls short ends nothing, and is a failure" "1 2" "$status $(ran)"
check "it is named at the end" eval \
	'tail -n 2 "$work/said" | grep -qzx "bench: 1 fell short:.  fake.wakeups is 1095 1/s, at most 75 is wanted."'
same "and is in the file all the same" 1095 "$(figure fake.wakeups | jq .ours)"

bench broken good
same "a part that breaks ends nothing, and is a failure" "1 1" "$status $(ran)"
check "it is named" grep -q "^  $work/broken ended with 3" "$work/said"
same "what it measured before counts" 3,3 "$(figure fake.before_ms | jq .ours),$(jq length "$work/bench.json")"

bench unmeasured good
same "what could not be measured is a failure" "1 2" "$status $(ran)"
check "it is named" grep -qx "  fake.lost_us was not measured" "$work/said"
check "and so is a bound without a peer" grep -qx "  fake.no_peer_ms has no bound: its peer was not measured" "$work/said"
same "the file has numbers only" '"number"' "$(jq -c '[.[].ours | type] | unique[]' "$work/bench.json")"

bench twice
same "a figure that is told twice counts as it was told last" "0 74" "$status $(figure fake.again | jq .ours)"

bench compared
same "medians are compared" '{"ours":1.234,"peer":30,"unit":"ms","wanted":3}' "$(figure fake.ten_ms)"
same "or told alone" '{"ours":1.234,"peer":null,"unit":"ms"}' "$(figure fake.alone_ms)"
same "a peer that is not slower by so many times is a failure" \
	"1   fake.thirty_ms is 1.234 ms, at most 1 is wanted" "$status $(tail -n 1 "$work/said")"
same "a part that runs by itself prints its rows" \
	"fake.again 1000 - 1/s 75,fake.again 74 - 1/s 75,$work/twice ran," \
	"$(env -u BENCH_ROWS "$work/twice" | tr '\t\n' ' ,')"
refuses "an option that there is not" 2 "^usage" bash -c '"$1" --fast 2> >(head -n 1 >&2)' sh "$top/tests/bench/run"
finish
