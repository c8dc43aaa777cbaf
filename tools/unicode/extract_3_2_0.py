"""Write ucd_3_2_0.txt: in which facts Unicode 3.2.0 differs from today's Unicode.

Run it with a Python whose unicodedata has `ucd_3_2_0` (any CPython): python3 extract_3_2_0.py > ucd_3_2_0.txt
Only code points that both versions assign are listed; those assigned later are told by DerivedAge, and the changed
decompositions by NormalizationCorrections, which generate.py reads itself. One line a run of code points with the same
difference: START..END FIELD OLD-VALUE, where OLD-VALUE `-` is "none".
"""

import unicodedata

FIELDS = ('category', 'bidirectional', 'combining', 'east_asian_width', 'mirrored')
NUMBERS = ('decimal', 'digit', 'numeric')


def main():
    old = unicodedata.ucd_3_2_0
    print('# Written by extract_3_2_0.py from unicodedata', unicodedata.unidata_version, 'and', old.unidata_version)
    for field in FIELDS + NUMBERS:
        runs = []
        for cp in range(0x110000):
            ch = chr(cp)
            if old.category(ch) == 'Cn':
                assert old.east_asian_width(ch) == 'N' or unicodedata.category(ch) == 'Cn', hex(cp)
                continue
            default = (None,) if field in NUMBERS else ()
            a = getattr(old, field)(ch, *default)
            if a == getattr(unicodedata, field)(ch, *default):
                continue
            if runs and runs[-1][1] == cp - 1 and runs[-1][2] == a:
                runs[-1][1] = cp
            else:
                runs.append([cp, cp, a])
        for start, end, value in runs:
            print(f'{start:04X}..{end:04X} {field} {"-" if value is None else value}')


main()
