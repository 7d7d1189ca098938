#!/usr/bin/env bash
# A federation of 10,000 clients for an evening: memory over the rounds, one worker against two, and kill -9 at random moments, without and with a ledger.
#
#   eng/federation-soak.sh FOLDER [KILLS [ROUNDS]]
#
# FOLDER is made. Ends with an error where bits differ, or where a ledger holds less than was made known. PALIMPSEST=COMMAND takes another build.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
folder="$1" kills="${2:-20}" rounds="${3:-100}"
read -r -a palimpsest <<<"${PALIMPSEST:-$root/palimpsest}"
mkdir -p "$folder"
cat >"$folder/soak.yaml" <<EOF
schema: 1
kind: federate
data: { world: biographies, clients: 10000, iid: true, examples: 20000 }
method: { algorithm: { name: flasc }, lora: { rank: 4, alpha: 4, targets: [q_proj, v_proj] } }
train: { rounds: $rounds, cohort: 10, workers: 1, evaluate_every: 0, error_feedback: true, local: { batch_size: 2, most_steps: 1 } }
evaluate: { clients: 50, items: 2 }
EOF

fail() { echo "federation-soak: $*" >&2; exit 1; }
begin() { local runs="$1"; shift; "${palimpsest[@]}" run "$folder/soak.yaml" --runs "$runs" "$@" >>"$runs.log" 2>&1 & pid=$!; }
run_of() { find "$1" -mindepth 1 -maxdepth 1 -type d -name '*-federate' | head -1; }
# Rounds that were made known.
at() {
  local run round
  run="$(run_of "$1" 2>/dev/null || true)"
  round="$(grep -s '"update_norm"' "${run:-none}/metrics.jsonl" | tail -1 | grep -o '"step":[0-9]*' | grep -o '[0-9]*' || true)"
  echo "${round:-0}"
}
same() { cmp "$(run_of "$1")/artifacts/adapter/adapter_model.safetensors" "$(run_of "$2")/artifacts/adapter/adapter_model.safetensors" ||
  fail "$2 has other bits than $1"; }
# What was made known must be in the ledger, whose lines behind the first are rounds.
paid() { [ ! -f "$1" ] || echo $(($(wc -l <"$1") - 1)); }

# Kills a run until it has been killed so often, then lets it end.
killed() {
  local runs="$1" ledger="$2" done=0 known=0 run further entries; shift 2
  begin "$runs" "$@"
  while [ "$done" -lt "$kills" ]; do
    # After none to three further rounds, and a moment; without further ones somewhere in the start.
    further=$((RANDOM % 4))
    if [ "$further" -eq 0 ]; then sleep "$((RANDOM % 6))"; fi
    while kill -0 "$pid" 2>/dev/null && [ "$(at "$runs")" -lt $((known + further)) ]; do sleep 0.1; done
    sleep "0.$((RANDOM % 10))"
    if ! kill -9 "$pid" 2>/dev/null; then fail "the run ended after $done kills: give it more rounds"; fi
    wait "$pid" 2>/dev/null || true
    done=$((done + 1))
    run="$(run_of "$runs" 2>/dev/null || true)"
    known="$(at "$runs")"
    if [ -n "$ledger" ]; then
      entries="$(paid "$ledger")"
      [ "${entries:-0}" -ge "$known" ] || fail "the ledger holds ${entries:-0} rounds where $known were made known"
      echo "kill $done: round $known, ${entries:-0} in the ledger"
    else
      echo "kill $done: round $known"
    fi
    if [ -n "$run" ]; then
      "${palimpsest[@]}" run --resume "$run" >>"$runs.log" 2>&1 & pid=$!
    else
      begin "$runs" "$@"
    fi
  done
  wait "$pid" || fail "the run did not end well: $(tail -1 "$runs.log")"
}

echo "one worker, $rounds rounds:"
begin "$folder/one"
most=0
while kill -0 "$pid" 2>/dev/null; do
  round="$(at "$folder/one")"
  if [ "$round" -ge "$most" ] && [ "$round" -gt 0 ]; then
    echo "  round $round: $(grep VmRSS "/proc/$pid/status" 2>/dev/null | tr -s '\t ' ' ')"
    most=$((round + rounds / 5))
  fi
  sleep 0.2
done
wait "$pid" || fail "$(tail -1 "$folder/one.log")"
begin "$folder/two" --set train.workers=2
wait "$pid"
same "$folder/one" "$folder/two"
echo "two workers: the same bits"

killed "$folder/killed" ""
same "$folder/one" "$folder/killed"
echo "killed $kills times: the same bits"

killed "$folder/private" "$folder/ledger.jsonl" --set privacy.epsilon=8 --set privacy.budget=20 --set "privacy.ledger=$folder/ledger.jsonl"
entries="$(paid "$folder/ledger.jsonl")"
[ "$entries" -ge "$rounds" ] || fail "the ledger holds $entries of $rounds rounds"
echo "killed $kills times with a ledger: $entries rounds paid for $rounds"
"${palimpsest[@]}" privacy --ledger "$folder/ledger.jsonl"
