"""A person's keys: no key for two things, what they chose wins, and broken files change nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QKeySequence

from labeler.errors import UserError
from labeler.gui.key_map import MOST_KEYS, Command, KeyMap, canonical
from labeler.gui.key_map_file import (
    FORMAT,
    VERSION,
    keep_key_map,
    parse_key_map,
    read_key_map,
    write_key_map,
)

COMMANDS = (
    Command("label.draw", "Draw a box", ("W", "R")),
    Command("label.next", "Next image", ("D", "PgDown")),
    Command("label.previous", "Previous image", ("A",)),
    Command("label.pan", "Move the picture", ("H",), fixed=True),
    Command("capture.burst", "Burst", ("H", "D")),
    Command("everywhere.save", "Save", ("Ctrl+S",)),
)
USUAL = KeyMap(COMMANDS)
FREE = [command.name for command in COMMANDS if not command.fixed]
KEYS = ["W", "R", "D", "A", "H", "J", "PgDown", "Ctrl+S"]

names = st.sampled_from(FREE)
keys = st.sampled_from(KEYS)
changes = st.dictionaries(names, st.lists(keys, max_size=4, unique=True).map(tuple))
steps = st.lists(st.tuples(st.sampled_from(["given", "removed", "reset"]), names, keys))


def clashes(key_map: KeyMap) -> list[tuple[str, str]]:
    """Pairs of commands that share a key where both would work."""
    found = key_map.keys()
    return [
        (one.name, other.name)
        for one in key_map.commands
        for other in key_map.commands
        if one.name < other.name
        and one.meets(other)
        and set(found[one.name]) & set(found[other.name])
    ]


def after(key_map: KeyMap, *done: tuple[str, str, str]) -> KeyMap:
    for verb, name, key in done:
        if verb == "reset":
            key_map = key_map.reset(name)
        elif verb == "removed":
            key_map = key_map.removed(name, key)
        elif not any(each.fixed for each in key_map.holders(name, key)):
            key_map = key_map.given(name, key)
    return key_map


def test_without_changes_every_action_has_its_own_keys() -> None:
    assert USUAL.keys() == {command.name: command.keys for command in COMMANDS}


def test_a_key_given_away_leaves_its_holder_and_comes_back_when_it_is_free_again() -> None:
    assert [each.text for each in USUAL.holders("label.draw", "D")] == ["Next image"]
    given_away = USUAL.given("label.draw", "D")
    assert given_away.keys()["label.draw"] == ("W", "R", "D")
    assert given_away.keys()["label.next"] == ("PgDown",)
    assert given_away.keys()["capture.burst"] == ("H", "D")  # another workspace
    assert given_away.removed("label.draw", "D").changes == {}


def test_an_action_of_everywhere_meets_all_workspaces() -> None:
    holders = USUAL.holders("everywhere.save", "D")
    assert [each.name for each in holders] == ["label.next", "capture.burst"]
    taken = USUAL.given("everywhere.save", "D").keys()
    assert taken["label.next"] == ("PgDown",)
    assert taken["capture.burst"] == ("H",)


def test_a_reset_takes_the_usual_keys_back_from_whoever_has_them() -> None:
    moved = USUAL.given("label.draw", "D").given("label.next", "J")
    assert moved.keys()["label.next"] == ("PgDown", "J")
    back = moved.reset("label.next").keys()
    assert back["label.next"] == ("D", "PgDown")
    assert back["label.draw"] == ("W", "R")


def test_a_key_that_a_widget_takes_itself_cannot_be_given() -> None:
    with pytest.raises(ValueError, match="H is fixed"):
        USUAL.given("label.draw", "H")
    assert KeyMap(COMMANDS, {"label.draw": ("H",)}).keys()["label.draw"] == ()


def test_an_unknown_action_is_kept_and_told() -> None:
    kept = KeyMap(COMMANDS, {"label.of_tomorrow": ("D",)})
    assert kept.unknown() == ["label.of_tomorrow"]
    assert kept.keys()["label.next"] == ("D", "PgDown")
    assert after(kept, ("given", "label.draw", "J")).changes["label.of_tomorrow"] == ("D",)


@given(changes, steps)
def test_whatever_is_changed_no_key_means_two_things(
    start: dict[str, tuple[str, ...]], done: list[tuple[str, str, str]]
) -> None:
    key_map = after(KeyMap(COMMANDS, start), *done)
    assert clashes(key_map) == []
    assert key_map.keys()["label.pan"] == ("H",)


@given(changes, names, keys)
def test_a_key_that_is_given_is_there(
    start: dict[str, tuple[str, ...]], name: str, key: str
) -> None:
    key_map = KeyMap(COMMANDS, start)
    before = key_map.keys()
    if any(each.fixed for each in key_map.holders(name, key)):
        return
    now = key_map.given(name, key)
    assert key in now.keys()[name]
    assert now.holders(name, key) == []
    for other in FREE:  # nobody else lost anything but this key
        assert other == name or set(before[other]) - set(now.keys()[other]) <= {key}


@given(changes, names)
def test_a_reset_brings_the_usual_keys(start: dict[str, tuple[str, ...]], name: str) -> None:
    usual = next(command.keys for command in COMMANDS if command.name == name)
    assert KeyMap(COMMANDS, start).reset(name).keys()[name] == usual


@given(changes)
def test_a_key_for_two_actions_in_a_map_is_found(start: dict[str, tuple[str, ...]]) -> None:
    key_map = KeyMap(COMMANDS, start)
    lost = [name for name, wished in start.items() if key_map.keys()[name] != wished]
    assert (key_map.double() is not None) == bool(lost)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("d", "D"),
        ("shift+CTRL+d", "Ctrl+Shift+D"),
        ("Ctrl++", "Ctrl++"),
        ("+", "+"),
        ("escape", "Esc"),
        ("PageDown", "PgDown"),
        ("ß", "ß"),
        ("Ctrl+", None),
        ("+++", None),
        ("Ctrl+Ctrl+D", None),
        ("Ctrl+Foo", None),
        ("Tab", None),
        ("", None),
        (" ", None),
        ("\ud800", None),
        ("Ctrl+K, Ctrl+S", None),
        ("Strg+D", None),
    ],
)
def test_keys_are_read_in_every_spelling(text: str, key: str | None) -> None:
    assert canonical(text) == key


@given(
    st.text(max_size=12)
    | st.lists(st.sampled_from(["ctrl", "Alt", "Shift", "f7", "+", "é", "home"])).map("+".join)
)
def test_a_key_is_written_as_qt_writes_it(text: str) -> None:
    key = canonical(text)
    if key is not None:
        assert canonical(key) == key
        if key.isascii():
            assert QKeySequence(key).toString(QKeySequence.SequenceFormat.PortableText) == key


@given(
    st.dictionaries(
        st.from_regex(r"[a-z]{1,9}\.[a-z_]{1,20}", fullmatch=True),
        st.lists(keys, max_size=MOST_KEYS, unique=True).map(tuple),
    )
)
def test_a_map_comes_back_from_its_file(wanted: dict[str, tuple[str, ...]]) -> None:
    data = json.dumps({"format": FORMAT, "version": 1, "keys": wanted}).encode()
    assert parse_key_map(data) == wanted


def test_a_map_is_written_whole_and_read_again(tmp_path: Path) -> None:
    file = tmp_path / "new" / "keys.json"
    write_key_map(file, {"label.next": ("Ctrl+É", "D"), "label.draw": ()})
    assert read_key_map(file) == {"label.next": ("Ctrl+É", "D"), "label.draw": ()}
    assert [each.name for each in file.parent.iterdir()] == ["keys.json"]


def in_file(**parts: object) -> bytes:
    return json.dumps({"format": FORMAT, "version": 1, "keys": {}, **parts}).encode()


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", "line 1 is not JSON"),
        (b'{"format": \n oh', "line 2 is not JSON"),
        (b"\xff\xfe\x00", "not a text in UTF-8"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", 'does not say "format"'),
        (b"1" * 5000, "not JSON"),
        (b" " * 1_000_001, "far too large"),
        (in_file(format="labelImg"), 'does not say "format"'),
        (in_file(version=3), "newer program (version 3, here 2 is known)"),
        (in_file(version=True), "does not tell its version"),
        (in_file(keys=[]), "not a table of actions"),
        (in_file(keys={"next": ["D"]}), '"next" is no name of an action'),
        (in_file(keys={"a.\n": ["D"]}), "is no name of an action"),
        (in_file(keys={"label." + "x" * 200: ["D"]}), "is no name of an action"),
        (in_file(keys={"label.next": "D"}), "the keys of label.next are not a list of texts"),
        (in_file(keys={"label.next": [1]}), "the keys of label.next are not a list of texts"),
        (in_file(keys={"label.next": ["Ctrl+Foo"]}), '"Ctrl+Foo" of label.next is no key'),
        (in_file(keys={"label.next": list("ABCDEFGHI")}), "label.next has more than 8 keys"),
    ],
)
def test_a_broken_file_is_named_with_its_fault(tmp_path: Path, data: bytes, fault: str) -> None:
    file = tmp_path / "mine.json"
    file.write_bytes(data)
    with pytest.raises(UserError) as told:
        read_key_map(file)
    assert str(file) in str(told.value)
    assert fault in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("saved", "read"),
    [
        ({"everywhere.train": ["Ctrl+4", "F4"]}, {"everywhere.train": ("Ctrl+3", "F4")}),
        (
            {"everywhere.preview": ["Ctrl+5", "F5"], "everywhere.train": ["Ctrl+4", "F4"]},
            {"everywhere.preview": ("Ctrl+4", "F5"), "everywhere.train": ("Ctrl+3", "F4")},
        ),
        (  # the person's own choice of a key that is a default now stays
            {"label.fit": ["Ctrl+3"], "everywhere.train": ["Ctrl+4", "F4"]},
            {"label.fit": ("Ctrl+3",), "everywhere.train": ("Ctrl+4", "F4")},
        ),
        ({"label.fit": ["Ctrl+4"]}, {"label.fit": ("Ctrl+4",)}),
        ({"everywhere.compare": []}, {"everywhere.compare": ()}),
    ],
)
def test_keys_saved_with_the_old_numbers_of_the_workspaces_get_the_new_ones(
    saved: dict[str, list[str]], read: dict[str, tuple[str, ...]]
) -> None:
    assert parse_key_map(in_file(keys=saved)) == read
    kept = json.dumps({"format": FORMAT, "version": VERSION, "keys": saved}).encode()
    assert parse_key_map(kept) == {name: tuple(keys) for name, keys in saved.items()}


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"nowhere\.json could not be read: No such file"):
        read_key_map(tmp_path / "nowhere.json")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
maps = st.fixed_dictionaries(
    {"format": st.just(FORMAT) | json_values, "version": st.just(1) | json_values},
    optional={
        "keys": json_values
        | st.dictionaries(st.sampled_from(["label.next", "x"]), st.lists(keys) | json_values)
    },
)


@given(st.binary(max_size=60) | (maps | json_values).map(lambda value: json.dumps(value).encode()))
def test_any_file_is_a_map_or_told_to_be_none(data: bytes) -> None:
    try:
        read = parse_key_map(data)
    except ValueError:
        read = {}
    assert all(canonical(key) == key for own in read.values() for key in own)
    KeyMap(COMMANDS, read).keys()


def test_a_broken_file_of_ones_own_is_put_aside_and_not_lost(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    file.write_text("{ broken", encoding="utf-8")
    keep_key_map(file, {"label.next": ("J",)})
    assert read_key_map(file) == {"label.next": ("J",)}
    assert (tmp_path / "keys.broken.json").read_text(encoding="utf-8") == "{ broken"
