"""Folders of runs and pairs from a stranger, through all that reads them."""

from __future__ import annotations

import io
import json
import os
import shutil
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout, suppress
from pathlib import Path
from random import Random
from typing import Any

import trainer.__main__
from labeler.runs.choice_lines import line_about
from labeler.runs.comparison import read_scores
from labeler.runs.difference import difference
from labeler.runs.final import kept_score
from labeler.runs.history import look_through
from labeler.runs.marks import kept_marks
from labeler.runs.pair import look_through_pairs, read_records
from labeler.runs.parent import find_parent
from labeler.runs.prepare import load_preparation
from labeler.runs.put_aside import load_test_part
from labeler.runs.quantised import load_quantised
from labeler.runs.record import RunRecord, read_events
from labeler.runs.resume import prepared_again
from labeler.runs.showcase import choose_pictures, load_looks
from labeler.runs.start_weights import check_weights
from labeler.runs.turns import is_anything_training
from labeler.votes.vote_book import VoteBook
from tests.dataset.test_coco_hostile import mutate
from tests.reliability.attacks.coco_files import JUNK, hostile_text
from tests.reliability.attacks.verdict import (
    FaultFound,
    Ground,
    refusal_of,
    require,
    require_clear,
    shell,
    strict_json,
)
from tests.runs.run_makers import write_weights
from tests.runs.test_hostile_runs import ROUND, VOTE
from tests.runs.test_runs_history import BEST, FIRST, PROGRESSED, STARTED, make_run
from tests.trainer import constant_model
from trainer.events import Finished, to_line

_EVENTS = (STARTED, FIRST, PROGRESSED, BEST, Finished(0.4, 0.8, 60.0, 6.0, stopped_early=True))


def run_folders(chance: Random, ground: Ground) -> bool:
    """A damaged run beside a good one and a pair: the list of the window, then each reader, then
    the verbs. True where the damaged one is still listed."""
    runs = ground.copy(ground.once("runs", _runs), "runs")
    bad = runs / "bad"
    pair = runs / "2026-01-01_10-00_pair"
    for _ in range(chance.choice((1, 1, 2, 4))):
        folder = chance.choice((bad, bad, bad, pair, pair / "scratch"))
        files = sorted(path for path in folder.iterdir() if path.is_file())
        _spoil(chance.choice(files), chance)
    listed, left_out = look_through(runs)
    names = {run.name for run in listed}
    require("good" in names, "a bad run hides the good one", left_out)
    told = names | {each.path.name for each in left_out}
    require("bad" in told or not os.path.lexists(bad / "config.json"), "a run is nowhere")
    for each in left_out:
        require_clear(each.why, (str(each.path),))
    pairs, pairs_left_out = look_through_pairs(runs)
    is_one = os.path.lexists(pair / "pair.json")  # else it is a folder of something else
    require(len(pairs) + len(pairs_left_out) == is_one, "a pair is nowhere")
    for each in pairs_left_out:
        require_clear(each.why, (str(pair),))
    is_anything_training(runs)
    for reader in _READERS:
        refusal_of(lambda reader=reader: reader(bad))  # type: ignore[misc]
    for reader in (read_scores, read_records, VoteBook, kept_score):
        refusal_of(lambda reader=reader: reader(pair))  # type: ignore[misc]
    refusal_of(lambda: difference(runs / "good", bad))
    _verbs(bad, ground, chance)
    return "bad" in names


_READERS: tuple[Callable[[Path], object], ...] = (
    *(VoteBook, kept_score, load_quantised, load_looks, load_preparation, check_weights),
    *(prepared_again, load_test_part),
    lambda run: list(read_events(run)),
    lambda run: RunRecord.of(read_events(run)),
    lambda run: kept_marks(run, "train"),
    lambda run: find_parent(run, "lite"),
    lambda run: choose_pictures(run, 3),
    lambda run: line_about("seed", load_preparation(run)[1]),
)


def _verbs(run: Path, ground: Ground, chance: Random) -> None:
    """Of the trainer, in this process; now and then through the shell, in a process of its own."""
    out = ground.place / "report.html"
    asked: list[list[object]] = [
        ["evaluate", run, run / "val.json", "--images", run / "images", "--json"],
        ["report", run, "--out", out],
        ["analyse", run],
    ]
    for words in asked:
        told, heard = io.StringIO(), io.StringIO()
        with redirect_stdout(told), redirect_stderr(heard):
            code = trainer.__main__.main([str(word) for word in words])
        if code:
            require_clear(heard.getvalue(), (str(run),))
        elif "--json" in words:
            strict_json(told.getvalue())
    if out.exists():
        text = out.read_text(encoding="utf-8", errors="surrogatepass")
        require("<script>owned" not in text, "a name became part of the page")
    if chance.random() < 0.04:
        for verb in (("report", run), ("evaluate", run, "--json")):
            shell(*verb, names=(run.name,))


def _runs(folder: Path) -> None:
    """good, bad and a pair, each with everything that a run may hold."""
    with _quiet():
        made = constant_model.make_run(folder / "made", train=3, val=3, test=2)
        for words in (["analyse", str(made)], ["analyse", str(made), "--part", "test"]):
            if trainer.__main__.main(words):
                raise FaultFound("the attack itself is wrong", "a good run is not measured")
    lines = "".join(to_line(event) + "\n" for event in _EVENTS)
    for name in ("good", "bad"):
        shutil.copytree(made, folder / name)
        run = write_weights(folder / name)
        (run / "events.jsonl").write_text(lines, encoding="utf-8")
        (run / "votes.jsonl").write_text(ROUND + VOTE % "1" + VOTE % "2", encoding="utf-8")
        (run / "note.txt").write_text("<script>owned</script>", encoding="utf-8")
        (run / "looks.json").write_text('[{"seconds": 1.0, "found": {}}]', encoding="utf-8")
        (run / "quantised.json").write_text('{"format": 1, "source": "x"}', encoding="utf-8")
        preparation = {"explanation": "All.", "warnings": ["Few images."]}
        (run / "preparation.json").write_text(json.dumps(preparation), encoding="utf-8")
        (run / "state.safetensors").write_bytes((run / "best.safetensors").read_bytes())
    pair = folder / "2026-01-01_10-00_pair"
    for side in ("pretrained", "scratch"):
        make_run(pair / side, *_EVENTS)
    (pair / "pair.json").write_text('{"date": "2026-01-01T10:00:00+01:00"}', encoding="utf-8")
    (pair / "votes.jsonl").write_text(ROUND + VOTE % "1", encoding="utf-8")
    measure = {"value": 0.5, "low": 0.3, "high": 0.7}
    scores = {"boxes": 5, "pretrained": measure, "scratch": measure, "difference": measure}
    (pair / "scores.json").write_text(json.dumps(scores), encoding="utf-8")
    shutil.rmtree(made.parent)


def _quiet() -> Any:
    return redirect_stdout(io.StringIO())


def _spoil(path: Path, chance: Random) -> None:
    if chance.random() < 0.65 and path.suffix in (".json", ".jsonl"):
        _other_values(path, chance)
    else:
        _FILES[chance.randrange(len(_FILES))](path, chance)


def _other_values(path: Path, chance: Random) -> None:
    """Of a JSON file, or of one line of many."""
    text = path.read_text(encoding="utf-8", errors="replace")
    lines = text.splitlines() if path.suffix == ".jsonl" else [text]
    if not lines:
        return
    place = chance.randrange(len(lines))
    with suppress(ValueError, RecursionError):
        value: Any = json.loads(lines[place])
        for _ in range(chance.choice((1, 1, 3))):
            value = mutate(value, chance, JUNK)
        lines[place] = _spelled(value)
    path.write_bytes("\n".join([*lines, ""]).encode("utf-8", "surrogatepass"))


def _spelled(value: Any) -> str:
    try:
        return json.dumps(value)
    except ValueError:  # more digits than Python writes
        return '{"seed": 1' + "0" * 5000 + "}"


def _bytes(path: Path, chance: Random) -> None:
    data = bytearray(path.read_bytes())
    for _ in range(chance.choice((1, 5, 100))):
        if data:
            data[chance.randrange(len(data))] = chance.randrange(256)
    path.write_bytes(data)


def _cut(path: Path, chance: Random) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: chance.randrange(len(data) + 1)])


def _other_text(path: Path, chance: Random) -> None:
    path.write_bytes(hostile_text(chance))


def _whole_other(path: Path, chance: Random) -> None:
    path.write_bytes(
        chance.choice(
            (
                *(b"", b"[]", b"{}", b"null", b"7", b"[" * 100_000, b"\xff\xfe", b'"\\ud800"'),
                *(b"1" * 5000, b'{"a":' * 50_000, bytes(100_000), b" " * (20 << 20)),
                b"{}\n" * 100_000,
            )
        )
    )


def _link(path: Path, chance: Random) -> None:
    path.unlink()
    path.symlink_to(chance.choice(("../../../treasure.txt", path.name, "/dev/zero", "/dev/full")))


def _folder(path: Path, chance: Random) -> None:
    path.unlink()
    path.mkdir()


def _gone(path: Path, chance: Random) -> None:
    path.unlink()


_FILES: tuple[Callable[[Path, Random], None], ...] = (
    *(_bytes, _bytes, _cut, _other_text, _whole_other, _whole_other, _link, _folder, _gone),
)
