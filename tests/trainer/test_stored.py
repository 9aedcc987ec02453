"""Stored JSON is taken as it is meant, or refused in a sentence that names file and fault."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trainer.config import DEFAULT_DETECTOR, RunConfig, load_config, save_config
from trainer.events import Evaluated, Event, Finished, Progressed, Started, from_line, to_line
from trainer.run_files import began, load_preparation, moment_in, read_note
from trainer.stored import (
    KEY,
    AtMost,
    PathText,
    StoredError,
    Within,
    WrongValueError,
    as_json,
    read,
    value_of,
)


class Fruit(StrEnum):
    """Something with few values."""

    APPLE = "apple"
    PLUM = "plum"


@dataclass(frozen=True, slots=True)
class Bowl:
    """One of everything that can be asked for."""

    fruit: Fruit
    count: Annotated[int, Within(0, 10)]
    weight: float
    is_full: bool = False
    owner: Annotated[str, AtMost(5)] | None = None
    sizes: tuple[float, ...] = ()
    corner: tuple[int, int] = (0, 0)
    names: Mapping[int, str] = field(default_factory=dict)
    picked: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    place: PathText = field(default="", metadata={KEY: "folder"})


GOOD: dict[str, Any] = {"fruit": "plum", "count": 3, "weight": 2}


def test_what_is_meant_is_taken_and_what_is_not_known_passed_over() -> None:
    found = value_of(
        Bowl,
        {
            **GOOD,
            "owner": None,
            "sizes": [1, 2.5],
            "names": {"7": "seven"},
            "picked": "2026-12-02T10:00:00+00:00",
            "folder": "caf\udce9",
            "colour": {"red": []},
        },
    )
    moment = datetime(2026, 12, 2, 10, tzinfo=UTC)
    expected = Bowl(
        Fruit.PLUM, 3, 2.0, False, None, (1.0, 2.5), (0, 0), {7: "seven"}, moment, "caf\udce9"
    )
    assert found == expected


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"fruit": "stone"}, "fruit is 'stone', not one of apple, plum"),
        ({"fruit": []}, "fruit is a list, not one of"),
        ({"count": 11}, "count must lie between 0 and 10, not 11"),
        ({"count": True}, "count is True, not a whole number"),
        ({"count": 2.5}, "count is 2.5, not a whole number"),
        ({"count": "3"}, "count is '3', not a whole number"),
        ({"weight": None}, "weight is null, not a number"),
        ({"weight": False}, "weight is False, not a number"),
        ({"is_full": 1}, "is_full is 1, not true or false"),
        ({"owner": "far too long"}, "owner has more than 5 characters"),
        ({"sizes": [1, "x"]}, r"sizes\[1\] is 'x', not a number"),
        ({"sizes": {}}, "sizes is an object, not a list"),
        ({"corner": [1]}, "corner has 1 entries, not 2"),
        ({"names": {"seven": "7"}}, r"names\['seven'\] is no whole number"),
        ({"names": {"7": 7}}, r"names\['7'\] is 7, not text"),
        ({"names": []}, "names is a list, not an object"),
        ({"picked": "yesterday"}, "picked is 'yesterday', not a date"),
        ({"picked": "9999-12-31T23:59:59"}, "picked is .* out of all bounds"),
        ({"picked": "0001-01-01T00:00:00"}, "picked is .* out of all bounds|not a date"),
        ({"folder": "a\0b"}, "folder holds a character that no name can"),
    ],
)
def test_a_value_that_cannot_be_meant_is_named_with_its_fault(
    change: dict[str, Any], fault: str
) -> None:
    with pytest.raises(WrongValueError, match=f"^{fault}"):
        value_of(Bowl, {**GOOD, **change})


def test_what_is_missing_is_named_as_it_stands_in_the_file() -> None:
    with pytest.raises(WrongValueError, match=r"^weight is missing$"):
        value_of(Bowl, {"fruit": "plum", "count": 3})


def test_half_a_character_in_text_becomes_a_question_mark() -> None:
    assert value_of(str, "caf\udce9") == "caf?"


RUN = {"train_images": "i", "val_images": "i"}


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (json.dumps(RUN).replace("{", '{"seed": 1' + "0" * 400 + ",", 1), "far too large"),
        (json.dumps({**RUN, "seed": 2**31}), "seed must lie between 0 and 2147483647"),
        ('{"train_images": "i", "val_images": "i", "seconds": NaN}', "NaN is no number"),
        ('{"train_images": "i", "val_images": "i", "seconds": Infinity}', "Infinity is no number"),
        ('{"train_images": "i", "val_images": "i", "seconds": 1e999}', "1e999 is far"),
        (json.dumps({**RUN, "budget": ["time"]}), "budget is a list, not text"),
        (json.dumps({**RUN, "epochs": "many"}), "epochs is 'many', not a number"),
        (json.dumps({**RUN, "made_in": None}), "made_in is null, not text"),
        (json.dumps({**RUN, "made_in": "x" * 5000}), "made_in has more than 4096 characters"),
        ('{"train_images": "i"}', "val_images is missing"),
        ("[" * 100_000, "nested too deeply"),
        ("[]", "is a list, not an object"),
        ("", "line 1 is not JSON"),
        ('{"train_images":', "line 1 is not JSON"),
        (b"\xff\xfe", "byte 0 is no text in UTF-8"),
    ],
)
def test_a_damaged_config_is_one_sentence_with_its_file(
    tmp_path: Path, content: str | bytes, fault: str
) -> None:
    path = tmp_path / "config.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(StoredError, match=fault) as caught:
        load_config(tmp_path)
    assert str(caught.value).startswith(f"{path} is damaged: ")
    assert str(caught.value).endswith(".")
    assert len(str(caught.value)) < 300 + len(str(path))


def test_of_a_key_that_stands_twice_the_last_one_counts(tmp_path: Path) -> None:
    text = '{"train_images": "a", "val_images": "b", "seed": 1, "seed": 2}'
    (tmp_path / "config.json").write_text(text, encoding="utf-8")
    assert load_config(tmp_path).seed == 2


def test_what_is_no_file_of_the_folder_is_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.json"
    secret.write_text(json.dumps(RUN), encoding="utf-8")
    run = tmp_path / "run"
    run.mkdir()
    path = run / "config.json"
    path.symlink_to(secret)
    with pytest.raises(StoredError, match=r"config\.json cannot be used: it is a link"):
        load_config(run)
    path.unlink()
    os.mkfifo(path)  # whoever opened it would wait for ever
    with pytest.raises(StoredError, match=r"config\.json cannot be used: it is not a plain file"):
        load_config(run)


def test_a_run_of_a_version_that_named_no_detector_has_the_one_that_was_built_in_then(
    tmp_path: Path,
) -> None:
    folders = {"train_images": "images", "val_images": "images"}
    (tmp_path / "config.json").write_text(json.dumps(folders), encoding="utf-8")
    assert load_config(tmp_path) == RunConfig("images", "images", detector="lite")
    save_config(tmp_path, RunConfig("images", "images"))
    assert load_config(tmp_path).detector == DEFAULT_DETECTOR != "lite"


def test_a_file_larger_than_can_be_meant_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "large.json"
    path.write_bytes(b" " * 3_000_000 + b"{}")
    with pytest.raises(StoredError, match="more than 2 MB"):
        read(path, dict, 2 << 20)


@pytest.mark.parametrize(
    "event",
    [
        Started(80, 20, ("mug",), 60.0, ("256 px",)),
        Progressed("Learning", 11.0, 60.0, 1.5, 150.0, None, 0.1, None, 4),
        Evaluated(20.0, 2.0, 0.7, -1.0, -1.0, 1e-3, True),
        Finished(0.4, 0.8, 60.0, 6.0, stopped_early=False),
    ],
)
def test_an_event_with_any_value_replaced_is_the_event_or_refused(event: Event) -> None:
    values = json.loads(to_line(event))
    odd: tuple[Any, ...] = (
        None,
        "x",
        "",
        [],
        {},
        [[]],
        True,
        -1e300,
        1e300,
        10**18,
        "9" * 30_000,
        ["x" * 30_000],
    )
    for key in values.keys() - {"event"}:
        for each in odd:
            line = json.dumps({**values, key: each})
            try:
                found = from_line(line)
            except ValueError:
                continue
            assert from_line(to_line(found)) == found
    assert from_line(to_line(event)) == event


@settings(max_examples=50)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=8,
    )
)
def test_no_value_of_json_raises_anything_but_a_fault(value: Any) -> None:
    for kind in (Bowl, RunConfig, Finished, Mapping[int, str], tuple[int, ...], datetime):
        with suppress(WrongValueError):
            value_of(kind, value)


def test_no_infinity_is_ever_written() -> None:
    for bad in (float("inf"), float("nan")):
        with pytest.raises(ValueError, match="not JSON compliant"):
            as_json({"ap": bad})


def test_a_damaged_preparation_is_a_warning_and_a_missing_one_is_nothing(tmp_path: Path) -> None:
    assert load_preparation(tmp_path).warnings == ()
    (tmp_path / "preparation.json").write_text('{"explanation": 5, "warnings": []}')
    (warning,) = load_preparation(tmp_path).warnings
    assert "preparation.json is damaged: explanation is 5, not text" in warning


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such pipes")
def test_a_note_that_is_a_pipe_keeps_nobody_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "note.txt")
    assert read_note(tmp_path) == ""


@pytest.mark.parametrize("name", ["0001-01-01_00-00", "9999-12-31_23-59", "tea"])
def test_a_run_named_beyond_all_times_is_dated_by_its_file(tmp_path: Path, name: str) -> None:
    assert moment_in(name) is None
    run = tmp_path / name
    run.mkdir()
    save_config(run, RunConfig("i", "i"))
    os.utime(run / "config.json", (2**40, 2**40))
    assert began(run) == 4_102_444_800.0
