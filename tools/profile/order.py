"""order.py SYMBOLS RECORDED TRACES...: names the functions that programs ran besides the recorded ones: those of libraries, which are not instrumented, and parts of
functions that no recorded program ran.

SYMBOLS is what `nm -n` says of kaa, RECORDED the list of recorded functions, each of TRACES what callgrind wrote of a run (--dump-instr=yes).
"""
import bisect
import re
import sys


def executed(path):
    """Addresses of the instructions that ran; callgrind writes them as differences."""
    found, at = set(), 0
    with open(path) as lines:
        for line in lines:
            m = re.match(r'(0x[0-9a-f]+|[+-]\d+|\*) \S+ ', line)
            if m:
                word = m[1]
                at = int(word, 16) if word[0] == '0' else at + int(word) if word[0] in '+-' else at
                found.add(at)
    return found


def main(symbols, recorded, traces):
    with open(symbols) as lines:
        known = [(int(f[0], 16), f[2]) for f in map(str.split, lines) if len(f) == 3 and f[1] in 'tTwW']
    starts = [s[0] for s in known]
    with open(recorded) as names:
        seen = set(names.read().split())
    end = known[-1][0]
    for trace in traces:
        ran = {bisect.bisect(starts, a) - 1 for a in executed(trace) if starts[0] <= a <= end}
        for i in sorted(ran):
            first = bisect.bisect_left(starts, starts[i])  # of names for the same address, any that was recorded counts
            names = [known[k][1] for k in range(first, i + 1)]
            if not seen.intersection(names):
                seen.update(names)
                print(names[-1])


main(sys.argv[1], sys.argv[2], sys.argv[3:])
