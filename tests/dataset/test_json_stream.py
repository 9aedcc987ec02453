"""JSON is read through a window that moves on: where its edges lie changes nothing."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labeler.dataset.json_stream import WINDOW, BrokenJson, entries

WANTED = ("images", "annotations")

numbers = st.one_of(
    st.integers(),
    st.floats(allow_nan=False),
    st.sampled_from(
        ["-0", "1e5", "1E+5", "1.5e-3", "-12.25E-07", "1.0", "0.5", "10e0", "123456789012345678901"]
    ).map(float),
)
values = st.recursive(
    st.none()
    | st.booleans()
    | numbers
    | st.text(max_size=6)
    | st.sampled_from(["\\", '"', "\\u00e9", "\U0001f468\u200d", "\ud800", "a]}", "1.5", "é\n"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)
objects = st.dictionaries(
    st.sampled_from([*WANTED, "info", "scores", 'q"\\', "é"]),
    st.lists(values | numbers, max_size=5) | values,
    max_size=4,
)


def written(value: Any, random: Random, *, in_ascii: bool) -> str:
    """A JSON text of a value, with spaces and spellings of numbers that others write."""
    gap = random.choice(["", "", " ", "\n\t"])
    if isinstance(value, dict):
        members = (
            f"{gap}{json.dumps(key, ensure_ascii=in_ascii)}{gap}:{gap}"
            f"{written(each, random, in_ascii=in_ascii)}"
            for key, each in value.items()
        )
        return "{" + ",".join(members) + gap + "}"
    if isinstance(value, list):
        inner = (gap + written(each, random, in_ascii=in_ascii) + gap for each in value)
        return "[" + ",".join(inner) + gap + "]"
    if isinstance(value, float) and value == value and abs(value) < 1e300:
        return random.choice([repr(value), f"{value:.17e}", f"{value:.17E}"])
    return json.dumps(value, ensure_ascii=in_ascii)


@settings(
    derandomize=True,
    deadline=None,
    max_examples=80,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(value=objects, seed=st.integers(0, 99), in_ascii=st.booleans())
@pytest.mark.parametrize("window", [1, 2, 3, 5, 16])
def test_every_value_is_whole_wherever_the_window_s_edge_cuts_it(
    tmp_path: Path, value: dict[str, Any], seed: int, in_ascii: bool, window: int
) -> None:
    text = written(value, Random(seed), in_ascii=in_ascii)
    path = tmp_path / "labels.json"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    read = json.loads(text)
    if "\ud800" in text:  # half a letter is no UTF-8
        with pytest.raises(BrokenJson):
            list(entries(path, WANTED, window=window))
        return
    if any(not isinstance(read.get(name, []), list) for name in WANTED):
        with pytest.raises(BrokenJson, match="is not a list"):
            list(entries(path, WANTED, window=window))
        return
    found: dict[str, list[Any]] = {}
    for name, entry in entries(path, WANTED, window=window):
        found.setdefault(name, []).append(entry)
    assert found == {name: read[name] for name in WANTED if read.get(name)}


@pytest.mark.parametrize("number", ["1.5", "-0.25", "1e5", "2.5E-3", "7", "12.5e+10"])
def test_a_long_list_of_numbers_that_nobody_asked_for_is_passed_over(
    tmp_path: Path, number: str
) -> None:
    path = tmp_path / "labels.json"
    for shift in range(len(number) + 1):  # each place of a number comes to the window's edge once
        listed = ",".join([number] * 500)
        path.write_text(f'{{"scores": [{" " * shift}{listed}], "images": [{number}]}}')
        assert list(entries(path, WANTED, window=1000)) == [("images", float(number))]


def test_a_list_of_more_numbers_than_one_window_holds_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "labels.json"
    listed = ",".join(f"{n / 7:.6f}" for n in range(WINDOW // 8))
    path.write_text(f'{{"scores": [{listed}], "images": []}}')
    assert list(entries(path, WANTED)) == []


@pytest.mark.parametrize("text", ['{"images": [1.]}', '{"images": [1e]}', '{"images": [-]}'])
@pytest.mark.parametrize("window", [1, 3, 100])
def test_half_a_number_is_none_at_any_window(tmp_path: Path, text: str, window: int) -> None:
    path = tmp_path / "labels.json"
    path.write_text(text)
    with pytest.raises(BrokenJson):
        list(entries(path, WANTED, window=window))
