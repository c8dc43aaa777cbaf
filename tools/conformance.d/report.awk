# report.awk: writes report.md from files.tsv (read as input), results.tsv and causes.tsv (set with -v).

function percent(part, whole) { return whole > 0 ? sprintf("%.1f %%", int(1000 * part / whole) / 10) : "" }
function cell(text) { gsub(/\|/, "\\|", text); gsub(/</, "\\&lt;", text); return text }

BEGIN {
  while ((getline line < results) > 0) {
    split(line, f, "\t"); ran[f[1]] = 1
    passed[f[1]] = f[2]; extra[f[1]] = f[3]; outside[f[1]] = f[4]; seconds[f[1]] = f[5]; status[f[1]] = f[6]
  }
  while ((getline line < causes) > 0) { split(line, f, "\t"); many[++c] = f[2]; of_file[c] = f[1]; text[c] = f[3] }
  split("A B C D E F X", groups, " ")
  title["A"] = "language and compiler"; title["B"] = "builtin types and object model"
  title["C"] = "memory, frames, threads"; title["D"] = "pure-Python library"
  title["E"] = "library on native modules and the system"; title["F"] = "CPython's internals"; title["X"] = "other systems"
}

FNR > 1 { group[$2] = $1; natural[$2] = $6; name[++n] = $2 }

END {
  print "# CPython's own test suite under Kaa\n"
  print "Written by `./dev conformance`; the library and its tests are CPython " version "'s. The ceiling is what CPython passes on such a machine,"
  print "without the cases that are about CPython itself (`tests/cpython/files.tsv`). A file is whole when every case within the ceiling passes.\n"
  print "| group | files run | whole | cases passed | of the ceiling | of those run | crashed or hung |"
  print "|---|---|---|---|---|---|---|"
  for (g = 1; g <= 7; g++) {
    letter = groups[g]
    files = run = whole = good = all = reached = broken = 0
    for (i = 1; i <= n; i++) {
      file = name[i]
      if (group[file] != letter) continue
      files++; all += natural[file]
      if (!(file in ran)) continue
      run++; good += passed[file]; reached += natural[file]
      if (passed[file] >= natural[file]) whole++
      if (status[file] != "ended") broken++
    }
    if (run) printf "| %s %s | %d of %d | %d | %d | %s of %d | %s | %d |\n", letter, title[letter], run, files, whole, good, percent(good, all), all, percent(good, reached), broken
  }
  for (g = 1; g <= 7; g++) {
    letter = groups[g]; lines = 0
    for (i = 1; i <= n; i++) if (group[name[i]] == letter && name[i] in ran) lines++
    if (!lines) continue
    print "\n## " letter ": " title[letter] "\n"
    split("", total); split("", where); split("", files_of)
    for (k = 1; k <= c; k++) if (group[of_file[k]] == letter) { total[text[k]] += many[k]; files_of[text[k]]++; if (files_of[text[k]] <= 3) where[text[k]] = where[text[k]] " " of_file[k] }
    shown = 0
    while (shown < 25) {
      best = ""
      for (t in total) if (best == "" || total[t] > total[best] || total[t] == total[best] && t < best) best = t
      if (best == "") break
      if (!shown) print "| cases | cause | files |\n|---|---|---|"
      printf "| %d | %s | %d:%s |\n", total[best], cell(best), files_of[best], where[best]
      delete total[best]; shown++
    }
    if (shown) print ""
    print "| file | passed | ceiling | | beyond it: passed, failed | seconds | |\n|---|---|---|---|---|---|---|"
    for (i = 1; i <= n; i++) {
      file = name[i]
      if (group[file] != letter || !(file in ran)) continue
      printf "| %s | %d | %d | %s | %d, %d | %d | %s |\n", file, passed[file], natural[file], \
        (passed[file] >= natural[file] ? "whole" : percent(passed[file], natural[file])), extra[file], outside[file], seconds[file], (status[file] == "ended" ? "" : status[file])
    }
  }
}
