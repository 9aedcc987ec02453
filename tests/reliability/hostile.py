"""Attacks the program with files, folders, databases and requests that a stranger could send.

    python tests/reliability/hostile.py --scale 1
    python tests/reliability/hostile.py --only coco --seed 2 --number 500
    python tests/reliability/hostile.py --only coco --seed 2 --case 217

Each case is made from the seed and its number alone, and comes to one of two ends: a clear sentence
with nothing changed, or it is taken as valid and all that came of it is sound. Everything else is a
fault: another exception, a change after a refusal, a file changed or made outside of the folder,
more than 10 s, more than 500 MB. Cases run in processes of their own, of which one that hangs is
killed. The table says how many came to which end; faults follow by kind, with what repeats each.
The exit code is 1 where there is any.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.reliability.attacks.crew import ATTACKS, Ended, attack


@dataclass(slots=True)
class Row:
    """Of the table."""

    cases: int = 0
    refused: int = 0
    taken: int = 0
    slowest: float = 0.0
    largest: float = 0.0
    faults: list[Ended] = field(default_factory=list)

    def add(self, ended: Ended) -> None:
        self.cases += 1
        self.slowest = max(self.slowest, ended.seconds)
        self.largest = max(self.largest, ended.megabytes)
        if ended.fault:
            self.faults.append(ended)
        else:
            self.taken += ended.is_taken
            self.refused += not ended.is_taken


def table(found: dict[str, Row]) -> str:
    heads = ("attack", "cases", "refused", "taken", "faults", "slowest", "most memory")
    lines = ["{:<10} {:>7} {:>8} {:>7} {:>7} {:>9} {:>12}".format(*heads)]
    for name, row in found.items():
        lines.append(
            f"{name:<10} {row.cases:>7} {row.refused:>8} {row.taken:>7} {len(row.faults):>7} "
            f"{row.slowest:>7.1f} s {row.largest:>9.0f} MB"
        )
    return "\n".join(lines)


def faults_by_kind(found: dict[str, Row], seed: int) -> str:
    """Each kind with its number, how to repeat the first three, and the details of the first."""
    lines = []
    for name, row in found.items():
        kinds: dict[str, list[Ended]] = defaultdict(list)
        for ended in row.faults:
            kinds[ended.fault].append(ended)
        for kind, those in sorted(kinds.items(), key=lambda item: -len(item[1])):
            cases = " ".join(f"--case {each.number}" for each in those[:3])
            lines += [f"{len(those)} x {name}: {kind} (--only {name} --seed {seed} {cases})"]
            lines += [f"    {line}" for line in those[0].details.splitlines()]
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", choices=ATTACKS, action="append")
    parser.add_argument("--scale", type=float, default=0.01, help="1: all cases")
    parser.add_argument("--number", type=int, help="so many cases of each attack")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--case", type=int, action="append", help="only this number")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--minutes", type=float, default=600.0, help="give no more cases after")
    parser.add_argument("--place", type=Path, help="where the folders are made and swept")
    asked = parser.parse_args()
    chosen = asked.only or list(ATTACKS)
    sizes = {name: asked.number or max(1, round(asked.scale * ATTACKS[name][2])) for name in chosen}
    cases = [(name, n) for name in chosen for n in asked.case or range(sizes[name])]
    base = Path(tempfile.mkdtemp(prefix="hostile-", dir=asked.place))
    found = {name: Row() for name in chosen}
    began = time.monotonic()
    try:
        for ended in attack(cases, asked.seed, asked.workers, base):
            found[ended.attack].add(ended)
            if time.monotonic() - began > 60 * asked.minutes:
                break
            if sys.stderr.isatty():
                done = sum(row.cases for row in found.values())
                sys.stderr.write(f"\r{done} of {len(cases)}")
    finally:
        shutil.rmtree(base, ignore_errors=True)
    sys.stdout.write(f"{table(found)}\n{time.monotonic() - began:.0f} s, seed {asked.seed}\n")
    if told := faults_by_kind(found, asked.seed):
        sys.stdout.write(f"\n{told}\n")
    return int(any(row.faults for row in found.values()))


if __name__ == "__main__":
    from tests.script import run

    run(main, hours=6)
