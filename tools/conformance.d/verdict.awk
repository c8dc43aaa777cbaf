# verdict.awk: sets the cases of a run beside the ceiling and the list of expected failures. Reads, in this order,
#   the file's part of the ceiling (case), the list (case TAB reason), the run (case TAB result TAB cause, from cases.awk)
# Set with -v: file, status (ended, "crash: ...", "hang: ..."), listed (1 when there is a list), list_out and row_out.
# Writes to standard output one line for each case that matters:  verdict TAB case TAB cause, where verdict is
#   passed      in the ceiling, and passes
#   listed      fails, and stands in the list      flaky   stands there as flaky, and failed
#   new         fails, and does not stand there    gone    stands there, and passes
# To row_out: file, natural, passed, also passed outside the ceiling, failed within the ceiling, failed outside it, new, gone, status.
# To list_out: what the list would have to be, reasons kept.

# `part` is set to 1, 2 and 3 before each of them on the command line.

BEGIN { FS = OFS = "\t" }

part == 1 { natural[$1] = 1; order[++n] = $1; next }
part == 2 { if ($0 !~ /^#/ && $1 != "") { reason[$1] = ($2 == "" ? "no reason given" : $2); if (!($1 in natural)) other[$1] = 1 } next }
$2 == "fixture" { fixture[$1] = $3; next }
$1 == "(import)" { whole = $3; whole_result = $2; next }
{
  result[$1] = $2; cause[$1] = $3
  if ($2 == "fail" || $2 == "unknown") { if (!($1 in natural)) { other[$1] = 1 } }
  if ($2 == "pass" && !($1 in natural)) extra++
}

# Why a case did not even begin: its class's or module's fixture, the import, the run's end.
function absent_cause(name,    f, scope) {
  for (f in fixture) {
    scope = f; sub(/^[^(]*\(/, "", scope); sub(/\)$/, "", scope)
    if (f ~ /Module/ || index("test." file "." name, scope ".") == 1 || index(file "." name, scope ".") == 1) return fixture[f]
  }
  if (whole != "") return (whole_result == "skip" ? "skipped: " : "") whole
  if (status != "ended") return "not reached: " status
  return "did not run"
}

function judge(name, what, why) {
  if (what == "fail") {
    if (!(name in reason)) { verdict = "new"; fresh++ }
    else verdict = (reason[name] ~ /^flaky/ ? "flaky" : "listed")
    keep[name] = (name in reason) ? reason[name] : why
  } else {
    verdict = "passed"
    if (name in reason) {
      if (reason[name] ~ /^flaky/) keep[name] = reason[name]
      else { verdict = "gone"; away++ }
    }
  }
  print verdict, name, why
}

END {
  for (i = 1; i <= n; i++) {
    name = order[i]
    if (!(name in result)) { what = "fail"; why = absent_cause(name) }
    else if (result[name] == "pass") { what = "pass"; why = "" }
    else if (result[name] == "skip") { what = "fail"; why = "skipped: " cause[name] }
    else if (result[name] == "unknown") { what = "fail"; why = status }
    else { what = "fail"; why = cause[name] }
    if (what == "pass") passed++; else failed++
    judge(name, what, why)
  }
  for (name in other) {
    # Outside the ceiling only what really fails counts; what is listed and no longer fails has gone.
    if (result[name] == "fail" || result[name] == "unknown") { outside++; judge(name, "fail", result[name] == "unknown" ? status : cause[name]) }
    else if (name != "(run)") judge(name, "pass", "")
  }
  # A crash or a hang is a failure of its own, beside the cases that it took along.
  if (status != "ended") judge("(run)", "fail", status)
  else if ("(run)" in reason) judge("(run)", "pass", "")
  for (name in keep) print name, keep[name] > list_out
  print file, n + 0, passed + 0, extra + 0, failed + 0, outside + 0, fresh + 0, away + 0, status > row_out
}
