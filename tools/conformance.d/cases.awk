# cases.awk: reads what `-m test -v FILE` printed and writes one line for each case:  case TAB result TAB cause
#   case     the unittest id without `test.FILE.`; the second case of one name gets ` #2`
#   result   pass, fail, skip, or unknown (the run ended inside it); fixture: a failed setUpClass or the like
#   cause    for a failure, its last exception line; for a skip, the reason
# and last, when the file as a whole could not be run:  (import) TAB fail TAB cause
#
# Set with -v: file. How it reads: a case begins where a line starts with `name (path)`; its result is the first of the known
# words found before the next case begins, wherever it stands, because tests print things of their own before it. The sections
# after a line of 70 `=` are the final word on failures; sub-tests count as failures of their case.

BEGIN {
  OFS = "\t"
  prefix = "test." file "."
  if (file ~ /^test\./) prefix = file "."
  ruler = "^======================================================================$"
  current = ""
}

# The id of `name (path)` at the start of text, or "". Cases give their name at the end of path, doctests only before it.
function case_id(text,    name, path) {
  if (match(text, /^[^ ()]+ \([^ ()]+\)/) == 0) return ""
  path = substr(text, 1, RLENGTH)
  name = path; sub(/ .*/, "", name)
  sub(/^[^ ]* \(/, "", path); sub(/\)$/, "", path)
  if (path !~ /\./ || path ~ /[^A-Za-z0-9_.<>$-]/) return ""
  if (substr(path, length(path) - length(name)) != "." name) path = path "." name
  return path
}

# Doctests have a second line, `Doctest: NAME`. Before it stands `name (module)`, and NAME is the id; or, for a text file, the
# file's path, and the id is NAME with underscores for dots.
function doctest_name(line) { sub(/^Doctest: /, "", line); sub(/ \.\.\. .*$| \.\.\.$/, "", line); return line }

function doctest_id(name, before) {
  if (before !~ /^.+ \([^ ()]+\)$/) gsub(/\./, "_", name)
  return name
}

function begin_case(id, rest,    what) {
  # The one before left no word of its own that we know: the sections say whether it failed.
  settle(current, "pass")
  count[id]++
  current = id (count[id] > 1 ? " #" count[id] : "")
  order[++cases] = current
  base[current] = id
  subtest_open = 0
  if (match(rest, / \.\.\. skipped /)) { result[current] = "skip"; why[current] = substr(rest, RSTART + RLENGTH) }
  else if ((what = inline_result(rest)) != "") settle(current, what)
}

function short(id) { return index(id, prefix) == 1 ? substr(id, length(prefix) + 1) : id }

function settle(id, what) {
  if (id != "" && !(id in result)) result[id] = what
}

function inline_result(text) {
  if (text ~ /ok$/) return "pass"
  if (text ~ /expected failure$/) return "pass"
  if (text ~ /unexpected success$/) return "fail"
  if (text ~ /FAIL$/ || text ~ /ERROR$/) return "fail"
  return ""
}

# A section's cause is the first unindented line after the last indented one of its last traceback.
function read_cause(line) {
  if (line ~ /^Traceback \(most recent call last\)|^  \+ Exception Group/) { seen_traceback = 1; cause = ""; return }
  if (!seen_traceback) return
  if (line ~ /^ / || line ~ /^$/) { if (line ~ /^ +File "/) cause = ""; return }
  if (cause == "" && line !~ /^-+$/) cause = line
}

function close_section() {
  if (section == "") return
  if (cause == "") cause = section_kind
  if (section in fixtures) fixtures[section] = cause
  else if (!(section in failure)) failure[section] = cause
  section = ""
}

{ sub(/\r$/, "") }

$0 ~ ruler { close_section(); in_sections = 1; expect_title = 1; next }

in_sections && expect_title {
  expect_title = 0
  if (match($0, /^(ERROR|FAIL|UNEXPECTED SUCCESS): /)) {
    section_kind = substr($0, 1, RLENGTH - 2)
    title = substr($0, RLENGTH + 1)
    if (title ~ /^(setUp|tearDown)(Class|Module) \(/) {
      section = title; fixtures[section] = ""
    } else section = case_id(title)
    seen_traceback = 0; cause = ""
    if (section_kind == "UNEXPECTED SUCCESS") { cause = "unexpected success"; close_section() }
    next
  }
  in_sections = 0
}

/^Ran [0-9]+ tests? in / { close_section(); in_sections = 0; settle(current, "pass"); current = ""; ended = 1; next }

in_sections {
  if (section == "" && /^Doctest: /) section = doctest_id(doctest_name($0), title)
  read_cause($0)
  next
}

/^test .* crashed -- Traceback/ { crashed = 1; seen_traceback = 1; cause = ""; next }
crashed { read_cause($0); if (cause != "") { import_cause = cause; crashed = 0 } next }

match($0, / skipped -- /) && index($0, file " skipped -- ") { whole_skip = substr($0, RSTART + RLENGTH); next }

{
  sub(/^[0-9]+\.[0-9][0-9]s /, "")  # what a tearDown() printed at the end of the case before
  id = case_id($0)
  if (id == "" && /^Doctest: / && (current == "" || base[current] != doctest_name($0))) id = doctest_id(doctest_name($0), before)
  before = $0
  if (id != "") {
    rest = /^Doctest: / ? $0 : substr($0, index($0, ")") + 1)
    # What came after the case's name may be lost (tests of curses), so that the next case begins on its line.
    while (substr(rest, 1, 5) == " ... " && (second = case_id(substr(rest, 6))) != "") {
      begin_case(id, "")
      id = second
      rest = substr(rest, index(rest, ")") + 1)
    }
    begin_case(id, rest)
    next
  }
  if (current == "") next
  # A sub-test's line: only its failure matters.
  if ($0 ~ /^  / && case_id(substr($0, 3)) != "") {
    if (inline_result($0) == "fail") result[current] = "fail"
    else if (inline_result($0) == "") subtest_open = 1
    next
  }
  what = inline_result($0)
  if (subtest_open && what == "fail") { result[current] = "fail"; subtest_open = 0; next }
  if (what != "") { settle(current, what); subtest_open = 0 }
  else if (match($0, /\.\.\. skipped /) && !(current in result)) { result[current] = "skip"; why[current] = substr($0, RSTART + RLENGTH) }
}

END {
  close_section()
  # Ended in the middle of a case: that case is the one to look at.
  if (!ended && current != "" && !(current in result)) result[current] = "unknown"
  for (i = 1; i <= cases; i++) {
    name = order[i]; id = base[name]; what = result[name]; cause = why[name]
    if (id in failure && !(count[id] > 1 && what == "pass")) what = "fail"
    if (what == "fail") cause = failure[id]
    print short(id) substr(name, length(id) + 1), what, cause
  }
  for (name in failure) if (!(name in count) && name ~ /^unittest\.loader\._FailedTest/) import_cause = failure[name]
  for (name in fixtures) print name, "fixture", fixtures[name]
  if (import_cause != "") print "(import)", "fail", import_cause
  else if (whole_skip != "") print "(import)", "skip", whole_skip
}
