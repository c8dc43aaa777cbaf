# ./dev test: unit tests, Python tests in the release build and in the stress build with AddressSanitizer, and CPython's tests
# against the lists of what fails. Closes with one line, "N passed, N failed". Sourced by ./dev.

TEST_AREAS=(language builtins modules lifecycle regress)
TEST_PASSED=0
TEST_FAILED=0

test_main() {
  local quick='' names=() argument
  for argument in "$@"; do
    case $argument in
    --quick) quick=1 ;;
    -*) die "test does not know $argument (--quick, or parts of test names)" ;;
    *) names+=("$argument") ;;
    esac
  done
  setup_all || test_finish "set-up failed"
  # Whatever of kaa and kaa_tests the sources make. None of them: a tree without sources, in which nothing can fail.
  if test_buildable release; then
    build_preset release kaa kaa_tests || test_finish "building release failed"
    test_unit release "${names[@]}"
    test_python release 60 "${names[@]}"
    if [[ -z $quick ]]; then
      if test_files "${names[@]}" | grep -q .; then
        if build_preset asan kaa; then test_python asan 300 "${names[@]}"; else test_count_failure "building asan failed"; fi
      fi
      [[ ${#names[@]} -gt 0 ]] || test_conformance
    fi
  fi
  test_finish
}

test_buildable() {
  [[ -e $KAA_ROOT/src/main/main.cpp ]] || find "$KAA_ROOT/src" -name '*_test.cpp' 2>/dev/null | grep -q .
}

test_count_failure() { TEST_FAILED=$((TEST_FAILED + 1)); say "FAILED: $1"; }

test_finish() {
  [[ $# -eq 0 ]] || test_count_failure "$1"
  echo "$TEST_PASSED passed, $TEST_FAILED failed"
  [[ $TEST_FAILED -eq 0 ]]; exit
}

# The Python tests, one path a line; with names, those whose path contains one.
test_files() {
  local area file name
  for area in "${TEST_AREAS[@]}"; do
    for file in "$KAA_ROOT/tests/$area"/*.py; do
      [[ -e $file ]] || continue
      file=${file#"$KAA_ROOT/"}
      if [[ $# -eq 0 ]]; then echo "$file"; continue; fi
      for name in "$@"; do [[ $file == *"$name"* ]] && { echo "$file"; break; }; done
    done
  done
}

# Unit tests run as one program; its own log gives the counts. A crash counts as one failure more.
test_unit() {
  local preset=$1 program=$KAA_ROOT/build/$1/kaa_tests log=$KAA_ROOT/build/$1/kaa_tests.log filter status=0 ok bad; shift
  build_has "$preset" kaa_tests || return 0
  filter=--gtest_filter=$([[ $# -eq 0 ]] && echo '*' || { printf '*%s*:' "$@"; })
  (ulimit -v 8388608; export KAA_STDLIB=${KAA_STDLIB:-$KAA_DEV_LIB}; exec timeout -k 5 300 "$program" "$filter" --gtest_brief=0 </dev/null) >"$log" 2>&1 || status=$?
  ok=$(grep -c '^\[       OK \]' "$log")
  bad=$(sed -n 's/^\[  FAILED  \] \([A-Za-z_0-9./]*\).*(.* ms)$/\1/p' "$log" | wc -l)
  if [[ $status -ne 0 ]]; then
    say "---- kaa_tests (exit status $status)"
    grep -v -e '^\[       OK' -e '^\[ RUN ' -e '^\[------' -e '^$' "$log" | tail -n 200 >&2
    [[ $bad -gt 0 ]] || bad=1
  fi
  TEST_PASSED=$((TEST_PASSED + ok)) TEST_FAILED=$((TEST_FAILED + bad))
  say "unit tests: $ok passed, $bad failed"
}

# test_python PRESET SECONDS [NAMES]: each file a process, as many at a time as there are cores.
test_python() {
  local preset=$1 limit=$2 dir=$KAA_ROOT/build/$1/tests files ok bad; shift 2
  files=$(test_files "$@")
  [[ -n $files ]] || return 0
  build_has "$preset" kaa || { test_count_failure "there are Python tests, but no program (src/main/main.cpp)"; return 0; }
  rm -rf "$dir" && mkdir -p "$dir/scratch"
  export KAA_TEST_DIR=$dir KAA_TEST_LIMIT=$limit KAA_TEST_PRESET=$preset KAA_TEST_TOTAL
  KAA_TEST_TOTAL=$(wc -l <<<"$files")
  say "Python tests, $preset build: $KAA_TEST_TOTAL files"
  # shellcheck disable=SC2016
  xargs -d '\n' -P "$(cores)" -n 1 "$KAA_ROOT/tools/test_one" <<<"$files" >&2
  # Failures that are known (tests/known_failures.tsv) count as neither; a known failure that passes is a failure.
  local name build reason key known=0
  while IFS=$'\t' read -r name build reason; do
    [[ -n $name && $name != \#* && ($build == all || $build == flaky || $build == "$preset" || $build == "$preset-flaky") ]] || continue
    key=${name//\//.}
    if [[ -e $dir/$key.bad ]]; then
      known=$((known + 1))
      say "known failure: $name ($reason)"
    elif [[ -e $dir/$key.ok && $build != *flaky ]]; then
      rm "$dir/$key.ok"
      say "FAILED: $name passes, take it off tests/known_failures.tsv"
    fi
  done <"$KAA_ROOT/tests/known_failures.tsv"
  ok=$(find "$dir" -maxdepth 1 -name '*.ok' | wc -l)
  bad=$((KAA_TEST_TOTAL - ok - known))
  TEST_PASSED=$((TEST_PASSED + ok)) TEST_FAILED=$((TEST_FAILED + bad))
  say "Python tests, $preset build: $ok passed, $bad failed"
}

# Files of groups A to C that have a list of expected failures or stand in enabled.txt, those of D that stand there, and a fourth of the others of D and E
# that have a list: another one with each commit, or each day where the history is not there.
test_conformance() {
  local folder=$KAA_ROOT/tests/cpython files log=$KAA_ROOT/build/conformance.log ok bad turn
  build_has release kaa || return 0
  turn=$(git -C "$KAA_ROOT" rev-list --count HEAD 2>/dev/null)
  [[ ${turn:-0} -gt 1 ]] || turn=$(($(date +%s) / 86400))
  files=$("$KAA_ROOT/tools/conformance" --list-checked && "$KAA_ROOT/tools/conformance" --list-turn $((turn % 4 + 1))/4) ||
    { test_count_failure "the choice of conformance tests"; return 0; }
  [[ -n $files ]] || return 0
  # In CI the whole may take 45 minutes, set-up and builds included: what does not fit is left for another day.
  local limits=()
  if [[ -n ${CI:-} ]]; then limits=(--limit 400 --budget $((SECONDS < 1980 ? 2100 - SECONDS : 120))); fi
  # shellcheck disable=SC2086
  env -u KAA "$KAA_ROOT/tools/conformance" --no-report "${limits[@]}" $files 2>&1 | tee "$log" >&2
  read -r ok bad < <(sed -n 's/^checked: \([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' "$log" | tail -n 1)
  if [[ -z ${ok:-} ]]; then test_count_failure "the conformance run did not end"; return 0; fi
  TEST_PASSED=$((TEST_PASSED + ok)) TEST_FAILED=$((TEST_FAILED + bad))
}
