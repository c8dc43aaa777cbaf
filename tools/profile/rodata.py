"""rodata.py MAP ACCESSES...: writes a script for the linker that puts the constants which programs read at their start into one place of memory.

MAP is what lld's -Map wrote, each file of ACCESSES holds addresses that a program read, hexadecimal without the last digit. Sections that the first program read come
first, then those of the next.
"""
import bisect
import re
import sys


def sections(path):
    """Address, size, object file and name of each section of constants, by address."""
    found = []
    with open(path) as lines:
        for line in lines:
            m = re.match(r'\s*([0-9a-f]+)\s+[0-9a-f]+\s+([0-9a-f]+)\s+\d+ {9}(\S.*):\((\.rodata.*)\)$', line)
            if m and int(m[2], 16):
                found.append((int(m[1], 16), int(m[2], 16), m[3], m[4]))
    return sorted(found)


def pattern(path):
    """The object file, wherever the build and the libraries are."""
    m = re.search(r'(lib[^/]*\.a)\((.*)\)$', path)
    if m:
        return f'*{m[1]}:{m[2]}'
    return '*/' + (path.split('.dir/')[1] if '.dir/' in path else path.split('/')[-1])


def main(map_path, accesses):
    known = sections(map_path)
    starts = [s[0] for s in known]
    lines = {}
    for path in accesses:
        read = {}
        with open(path) as addresses:
            for line in addresses:
                for address in (int(line, 16) * 16, int(line, 16) * 16 + 15):  # the section that ends in these bytes, and the one that begins
                    i = bisect.bisect(starts, address) - 1
                    if i >= 0 and address < known[i][0] + known[i][1]:
                        read[i] = read.get(i, 0) + 16
        # Large tables of which little is read come last: they lie beyond what is read as a whole.
        for sparse in (False, True):
            for i in sorted(read):
                if (known[i][1] >= 8192 and read[i] * 20 < known[i][1]) == sparse:
                    lines[f'    {pattern(known[i][2])}({known[i][3]})'] = True
    print('/* Written by ./dev profile: constants that start-up reads, then those of other programs. */')
    print('SECTIONS {\n  .rodata.start : {\n' + '\n'.join(lines) + '\n  }\n}\nINSERT BEFORE .rodata;')


main(sys.argv[1], sys.argv[2:])
