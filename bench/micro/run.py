"""Times small statements under Kaa and another Python in turns, and prints the ratios, the lowest first.

    ./dev bench --micro --against '/path/to/python3.14' [NAMES...] [options]

The statements are in the *.cases files beside this one. In them a line that begins with `=` is set-up; consecutive ones belong together, and
hold for the statements that follow, one a line, up to the next set-up. What is indented goes on with the line before. `#` begins a comment. A statement
is timed by itself, repeated four times in the body of a loop in a function that the set-up begins, so that names are local variables.

Each turn is a process of its own, which finds a number of rounds that take about 4 ms and gives the least of several such runs (processor time).
A figure is the least of all turns. A ratio is the other's time divided by Kaa's: below 1 Kaa is slower. Below a difference of a tenth it means nothing.
"""

import argparse
import os
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
UNROLL = 4
RUN_SECONDS = 0.004


def read_cases(path):
    """Yields (set-up, statement) of a file."""
    setup, setup_open = [], False
    statement = None
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            line = line.rstrip("\n")
            if not line.strip() or line.startswith("#"):
                continue
            if line.startswith("="):
                if statement is not None:
                    yield "\n".join(setup), statement
                    statement = None
                if not setup_open:
                    setup, setup_open = [], True
                setup.append(line[1:].removeprefix(" "))
            elif line[0] == " ":
                statement += "\n" + line
            else:
                if statement is not None:
                    yield "\n".join(setup), statement
                statement, setup_open = line, False
    if statement is not None:
        yield "\n".join(setup), statement


def indent(text, width):
    return "".join(" " * width + line + "\n" for line in text.splitlines())


def measure(setup, statement, runs):
    """The least processor time of one execution, in seconds."""
    source = ("def run(_clock, _rounds):\n" + indent(setup, 1) + " _begin = _clock()\n for _ in range(_rounds):\n" +
              indent(statement, 2) * UNROLL + " return _clock() - _begin\n")
    names = {}
    exec(compile(source, "<case>", "exec"), names)
    run, clock = names["run"], time.process_time
    rounds, spent = 1, run(clock, 1)
    while spent < RUN_SECONDS / 4 and rounds < 1 << 24:
        rounds *= 4
        spent = run(clock, rounds)
    rounds = max(1, int(rounds * RUN_SECONDS / max(spent, 1e-7)))
    return min(run(clock, rounds) for _ in range(runs)) / rounds / UNROLL


def ask(command, setup, statement, runs):
    """Measures in a process of its own; a text says why there is no figure."""
    done = subprocess.run([*command, os.path.abspath(__file__), "--measure", setup, statement, "--runs", str(runs)], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        return float(done.stdout)
    except ValueError:
        return (done.stderr.strip().splitlines() or [f"status {done.returncode}"])[-1]


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("names", nargs="*", help="only statements whose file or text contains one of these")
    parser.add_argument("--against", help="the command of the other Python")
    parser.add_argument("--kaa", default=sys.executable, help="the Kaa to measure")
    parser.add_argument("--turns", type=int, default=2)
    parser.add_argument("--runs", type=int, default=5, help="runs in each turn")
    parser.add_argument("--measure", nargs=2, metavar=("SETUP", "STATEMENT"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(measure(*options.measure, options.runs))
        return 0
    if not options.against:
        parser.error("--against is needed")
    commands = options.kaa.split(), options.against.split()
    rows, failed = [], []
    for file in sorted(name for name in os.listdir(HERE) if name.endswith(".cases")):
        group = file.removesuffix(".cases")
        for setup, statement in read_cases(os.path.join(HERE, file)):
            name = f"{group}: {' '.join(statement.split())}"
            if options.names and not any(part in name for part in options.names):
                continue
            least = [float("inf"), float("inf")]
            for _ in range(options.turns):
                for i, command in enumerate(commands):
                    got = ask(command, setup, statement, options.runs)
                    if isinstance(got, str):
                        failed.append(f"{name}: {('kaa', 'other')[i]}: {got}")
                    else:
                        least[i] = min(least[i], got)
            if max(least) < float("inf"):
                rows.append((least[1] / least[0], least[0], least[1], name))
    rows.sort()
    print(" ratio     kaa ns   other ns  statement")
    for ratio, kaa, other, name in rows:
        print(f"{ratio:6.2f} {kaa * 1e9:10.1f} {other * 1e9:10.1f}  {name}")
    if rows:
        mean = 1.0
        for ratio, *_ in rows:
            mean *= ratio ** (1 / len(rows))
        print(f"{mean:6.2f} geometric mean of {len(rows)}; {sum(row[0] < 0.8 for row in rows)} below 0.8")
    for line in failed:
        print("failed:", line)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
