"""What a stranger sends is refused in words or taken whole: the short version of hostile.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reliability.attacks.crew import ATTACKS, attack
from tests.reliability.hostile import Row, faults_by_kind

CASES = {"coco": 12, "pictures": 8, "runs": 4, "models": 10, "databases": 4, "rows": 5, "votes": 10}


@pytest.mark.usefixtures("isolated_home")
def test_an_attack_of_every_kind_finds_no_fault(tmp_path: Path) -> None:
    cases = [(name, number) for name in ATTACKS for number in range(CASES[name])]
    found = {name: Row() for name in ATTACKS}
    for ended in attack(cases, seed=5, workers=1, base=tmp_path / "attacks"):
        found[ended.attack].add(ended)
    assert not faults_by_kind(found, seed=5)
    assert {name: row.cases for name, row in found.items()} == CASES
