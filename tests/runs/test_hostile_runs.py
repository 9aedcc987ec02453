"""A damaged run, or one from a stranger, is left out with a sentence; the good ones stay."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from labeler.errors import UserError
from labeler.runs.analysis import load_analysis
from labeler.runs.comparison import read_scores
from labeler.runs.data_curve import look_through_points, read_points
from labeler.runs.final import kept_score
from labeler.runs.history import list_runs, look_through, summarise
from labeler.runs.pair import look_through_pairs
from labeler.runs.quantised import load_quantised
from labeler.runs.record import append_event, read_events
from labeler.runs.resume import prepared_again
from labeler.runs.showcase import load_looks
from labeler.runs.turns import is_anything_training
from labeler.votes.vote_book import VoteBook
from tests.runs.test_runs_history import BEST, PROGRESSED, STARTED, make_run
from trainer.analysis import analyse
from trainer.events import Failed, Finished, to_line
from trainer.faults import TrainerError
from trainer.report.story import read_story

END = Finished(0.4, 0.8, 60.0, 6.0, stopped_early=True)


def changed(event: Any, **values: Any) -> str:
    return json.dumps({**json.loads(to_line(event)), **values}) + "\n"


def spoil_config(run: Path, **values: Any) -> None:
    path = run / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}), encoding="utf-8")


EVENTS = [
    (changed(BEST, seconds="soon"), "line 3: seconds is 'soon', not a number"),
    (changed(BEST, ap=None), "line 3: ap is null, not a number"),
    (changed(BEST, ap=7), "line 3: ap must lie between -1 and 1, not 7"),
    (changed(BEST, is_best="yes"), "line 3: is_best is 'yes', not true or false"),
    (changed(STARTED, images_train=None), "line 3: images_train is null"),
    (changed(STARTED, categories=7), "line 3: categories is 7, not a list"),
    (changed(PROGRESSED, epoch=[1]), "line 3: epoch is a list, not a number"),
    (changed(PROGRESSED, loss="low"), "line 3: loss is 'low', not a number"),
    (changed(END, seconds=1e300), "line 3: seconds must lie between 0 and 1e\\+09"),
    (to_line(END).replace("60.0", "1e999") + "\n", "line 3: the number 1e999 is far too large"),
    (to_line(END).replace("60.0", "NaN") + "\n", "line 3: NaN is no number"),
    (to_line(END).replace("60.0", "1" * 500) + "\n", "line 3: the number 1+… is far too large"),
]


@pytest.mark.parametrize(("line", "fault"), EVENTS)
def test_a_run_whose_events_cannot_be_meant_is_left_out_with_the_line_and_the_fault(
    tmp_path: Path, line: str, fault: str
) -> None:
    make_run(tmp_path / "2026-01-01_10-00", STARTED, BEST, END)
    bad = make_run(tmp_path / "2026-01-02_10-00", STARTED, BEST, rest=line)
    runs, left_out = look_through(tmp_path)
    assert [run.name for run in runs] == ["2026-01-01_10-00"]
    ((path, why),) = [(each.path, each.why) for each in left_out]
    assert path == bad
    assert why.startswith(str(bad / "events.jsonl"))
    with pytest.raises(UserError, match=fault):
        summarise(bad)
    assert not is_anything_training(tmp_path)
    assert [*read_events(bad)][:2] == [STARTED, BEST]  # what can be read is read
    with pytest.raises(UserError, match=fault):  # train --resume
        prepared_again(bad)


CONFIGS: list[dict[str, Any]] = [
    {"seed": "one"},
    {"seconds": None},
    {"train_images": 5},
    {"detector": {"name": "lite"}},
    {"parent": ["x"]},
    {"threads": 1.5},
    {"batch": -(2**62)},
    {"learning_rate": True},
    {"root": "x" * 2000},
]


@pytest.mark.parametrize("values", CONFIGS, ids=lambda values: str(next(iter(values))))
def test_a_run_whose_settings_cannot_be_meant_is_left_out(
    tmp_path: Path, values: dict[str, Any]
) -> None:
    make_run(tmp_path / "good", STARTED, END)
    bad = make_run(tmp_path / "bad", STARTED, END)
    spoil_config(bad, **values)
    runs, left_out = look_through(tmp_path)
    assert [run.name for run in runs] == ["good"]
    assert next(iter(values)) in left_out[0].why
    assert str(bad / "config.json") in left_out[0].why
    assert "config.json" in left_out[0].short
    assert str(bad) not in left_out[0].short


def test_a_run_of_a_seed_without_end_is_left_out(tmp_path: Path) -> None:
    make_run(tmp_path / "good", STARTED, END)
    bad = make_run(tmp_path / "bad", STARTED, END)
    text = (bad / "config.json").read_text().replace('"seed": 0', '"seed": 1' + "0" * 400)
    (bad / "config.json").write_text(text, encoding="utf-8")
    runs, left_out = look_through(tmp_path)
    assert [run.name for run in runs] == ["good"]
    fault = "config.json is damaged: the number 10000000000000000000… is far too large"
    assert fault in left_out[0].why


def test_a_pair_with_a_damaged_side_or_date_is_left_out(tmp_path: Path) -> None:
    pair = tmp_path / "2026-01-01_10-00_pair"
    for side in ("pretrained", "scratch"):
        make_run(pair / side, STARTED, END)
    (pair / "pair.json").write_text('{"date": "2026-01-01T10:00:00+01:00"}', encoding="utf-8")
    other = Path(shutil.copytree(pair, tmp_path / "2026-01-02_10-00_pair"))
    third = Path(shutil.copytree(pair, tmp_path / "2026-01-03_10-00_pair"))
    spoil_config(other / "scratch", seed="x")
    (third / "pair.json").write_text('{"date": "0001-01-01"}', encoding="utf-8")
    pairs, left_out = look_through_pairs(tmp_path)
    assert [found.path for found in pairs] == [pair]
    assert [each.path for each in left_out] == [other, third]
    assert "seed is 'x'" in left_out[0].why
    assert "date is '0001-01-01'" in left_out[1].why


def as_link(path: Path) -> None:
    target = path.parent.parent / "elsewhere.json"
    target.write_text("{}", encoding="utf-8")
    path.symlink_to(target)


def as_link_to_nothing(path: Path) -> None:
    path.symlink_to(path.parent.parent / "nowhere.json")


def made_pair(pair: Path) -> Path:
    for side in ("pretrained", "scratch"):
        make_run(pair / side, STARTED, replace(END, stopped_early=False))
        (pair / side / "train.json").write_text(
            '{"images": [{"id": 1}], "annotations": [], "categories": [{"id": 1}]}'
        )
    (pair / "pair.json").write_text('{"date": "2026-01-01T10:00:00+01:00"}', encoding="utf-8")
    return pair


OTHERS: list[Callable[[Path], object]] = [as_link, as_link_to_nothing, Path.mkdir]
if sys.platform != "win32":
    OTHERS.append(os.mkfifo)


@pytest.fixture(params=OTHERS)
def spoiled(request: pytest.FixtureRequest) -> Callable[[Path], Path]:
    """Puts something else in a file's place."""

    def spoil(path: Path) -> Path:
        path.unlink(missing_ok=True)
        request.param(path)
        return path

    return spoil


Spoiled = Callable[[Path], Path]


def test_a_run_or_pair_whose_file_is_none_is_left_out_with_a_sentence(
    tmp_path: Path, spoiled: Spoiled
) -> None:
    pair, run = made_pair(tmp_path / "pair"), make_run(tmp_path / "run", STARTED, END)
    spoiled(pair / "pair.json")
    spoiled(run / "config.json")
    for look, path in ((look_through_pairs, pair), (look_through, run)):
        listed, left_out = look(tmp_path)
        assert listed == []
        assert [each.path for each in left_out] == [path]
        assert re.search("is a link|not a plain file", left_out[0].why)


@pytest.mark.parametrize("name", ["pair.json", "scores.json"])
def test_a_part_of_a_data_curve_whose_file_is_none_is_told_beside_the_others(
    tmp_path: Path, spoiled: Spoiled, name: str
) -> None:
    part = made_pair(tmp_path / "pair" / "data-curve" / "010-percent")
    spoiled(part / name)
    points, left_out = look_through_points(made_pair(tmp_path / "pair"), part.parent)
    assert points == []
    assert [each.path for each in left_out] == [part]
    with pytest.raises(UserError, match=rf"{name}.*(is a link|not a plain file)"):
        read_points(tmp_path / "pair", part.parent)


def test_what_was_measured_is_never_passed_over_because_its_file_is_none(
    tmp_path: Path, spoiled: Spoiled
) -> None:
    """Else it is measured anew, and a final score is no final one any more."""
    run = make_run(tmp_path / "run", STARTED, END)
    for name in ("analysis.json", "final.json", "scores.json"):
        spoiled(run / name)
    readers = {
        "analysis.json": lambda: load_analysis(run),
        "final.json": lambda: load_analysis(run, "test"),
        r"final\.json": lambda: kept_score(run),
        "scores.json": lambda: read_scores(run),
    }
    for name, read in readers.items():
        with pytest.raises(UserError, match=name):
            read()
    with pytest.raises(TrainerError, match=r"final\.json"):
        analyse(run, "test")
    assert len(read_story(run).faults) >= 2


def test_a_pair_one_of_whose_runs_is_a_link_is_left_out(tmp_path: Path) -> None:
    pair = made_pair(tmp_path / "runs" / "pair")
    (pair / "scratch").rename(tmp_path / "elsewhere")
    (pair / "scratch").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    pairs, left_out = look_through_pairs(tmp_path / "runs")
    assert pairs == []
    assert "scratch is a link" in left_out[0].why


@pytest.mark.parametrize(
    "content",
    [
        "[]",
        "{}",
        '{"boxes": 1e999}',
        '{"boxes": "many", "pretrained": {}, "scratch": {}, "difference": {}}',
        '{"boxes": 5, "pretrained": 1, "scratch": 1, "difference": 1}',
    ],
)
def test_damaged_scores_of_a_pair_are_a_sentence(tmp_path: Path, content: str) -> None:
    (tmp_path / "scores.json").write_text(content, encoding="utf-8")
    with pytest.raises(UserError, match=r"scores\.json is damaged: .* Delete it"):
        read_scores(tmp_path)


def test_a_damaged_final_score_and_int8_model_are_sentences(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", STARTED, END)
    (run / "final.json").write_text('{"format": 1, "made": "0001-01-01"}', encoding="utf-8")
    with pytest.raises(UserError, match=r"final\.json cannot be read"):
        kept_score(run)
    (run / "quantised.json").write_text('{"format": 1, "source": 5}', encoding="utf-8")
    with pytest.raises(UserError, match=r"quantised\.json is damaged: source is 5, not text"):
        load_quantised(run)


def test_looks_of_impossible_values_are_looked_at_anew(tmp_path: Path) -> None:
    for content in ("[5]", '[{"seconds": 1e999, "found": {}}]', '[{"seconds": 1, "found": [1]}]'):
        (tmp_path / "looks.json").write_text(content, encoding="utf-8")
        assert load_looks(tmp_path) == []


ROUND = '{"event": "opened", "round": 1, "at": 1764000000.0, "a": "scratch", "key": "ab"}\n'
VOTE = (
    '{"event": "voted", "round": 1, "at": 1764000001.0, "vote": %s, "choice": "a", '
    '"origin": "phone", "voter": "x"}\n'
)


@pytest.mark.parametrize(
    "line",
    [
        VOTE % "Infinity",
        VOTE % ("1" + "0" * 400),
        VOTE % "1e400",
        VOTE % "null",
        ROUND.replace("1764000000.0", "NaN"),
        ROUND.replace('"round": 1', '"round": Infinity'),
        ROUND.replace('"ab"', "5"),
        '{"event": ["opened"]}\n',
        "[" * 100_000 + "\n",
        "7\n",
    ],
)
def test_a_line_of_votes_that_cannot_be_meant_is_counted_and_costs_no_vote(
    tmp_path: Path, line: str
) -> None:
    (tmp_path / "votes.jsonl").write_text(ROUND + line + VOTE % "2", encoding="utf-8")
    book = VoteBook(tmp_path)
    assert book.damaged == 1
    assert [vote.number for vote in book.rounds[0].votes] == [2]


def test_a_vote_that_stands_twice_in_the_file_counts_once(tmp_path: Path) -> None:
    (tmp_path / "votes.jsonl").write_text(ROUND + VOTE % "2" + VOTE % "2", encoding="utf-8")
    book = VoteBook(tmp_path)
    assert [vote.number for vote in book.rounds[0].votes] == [2]
    assert book.damaged == 1


def test_votes_and_events_are_never_written_through_a_link(tmp_path: Path) -> None:
    precious = tmp_path / "precious.txt"
    precious.write_text("mine", encoding="utf-8")
    run = make_run(tmp_path / "run", STARTED)
    (run / "events.jsonl").unlink()
    (run / "events.jsonl").symlink_to(precious)
    with pytest.raises(OSError, match="link"):
        append_event(run, Failed("x"))
    (run / "votes.jsonl").symlink_to(precious)
    with pytest.raises(UserError, match="link"):
        VoteBook(run)
    assert precious.read_text(encoding="utf-8") == "mine"
    assert list_runs(tmp_path) == []
