"""Which keys mean what: the defaults with a person's changes, and never one key for two things."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

EVERYWHERE = "everywhere"
"""The place of actions whose keys work in every workspace."""
MOST_KEYS = 8
"""So many keys one action may have."""

Changes = Mapping[str, tuple[str, ...]]
"""The keys of those actions whose keys are not the defaults, by the action's name."""

_MODIFIERS = ("Meta", "Ctrl", "Alt", "Shift", "Num")
"""In the order in which Qt writes them."""
_NAMES = (
    *("Esc", "Backspace", "Return", "Enter", "Ins", "Del", "Pause", "Print", "Home", "End"),
    *("Left", "Up", "Right", "Down", "PgUp", "PgDown", "Space", "Menu", "Help"),
    *(f"F{number}" for number in range(1, 36)),
)
_OTHER_NAMES = {"escape": "Esc", "insert": "Ins", "delete": "Del", "pageup": "PgUp"}
_OTHER_NAMES |= {"pagedown": "PgDown", "page up": "PgUp", "page down": "PgDown"}
_KNOWN = {name.casefold(): name for name in _NAMES} | _OTHER_NAMES


@dataclass(frozen=True, slots=True)
class Command:
    """One action as a key map sees it.

    name: its place and id ("label.next"), the same in every version. keys: the defaults.
    fixed: a widget takes these keys itself; nobody else can have them there. shown: what stands
    in lists in place of the keys, such as "Middle drag".
    """

    name: str
    text: str
    keys: tuple[str, ...] = ()
    fixed: bool = False
    shown: str = ""

    @property
    def place(self) -> str:
        return self.name.partition(".")[0]

    def meets(self, other: Command) -> bool:
        """Whether there is a workspace in which the keys of both work."""
        return self.place == other.place or EVERYWHERE in (self.place, other.place)


@dataclass(frozen=True, slots=True)
class KeyMap:
    """The commands with the changes of a person. What a person chose wins over a default.

    Every method that changes something returns a new map. Changes of unknown commands are kept.
    """

    commands: tuple[Command, ...]
    changes: Changes = field(default_factory=dict)

    def keys(self) -> dict[str, tuple[str, ...]]:
        """The keys of every command, by its name: no key twice where both would work."""
        claims: dict[str, list[Command]] = {}
        found = {command.name: self._claim(command, claims) for command in self._by_weight()}
        return {command.name: found[command.name] for command in self.commands}

    def holders(self, name: str, key: str) -> list[Command]:
        """The other commands that have this key where the named one works."""
        own, keys = self._command(name), self.keys()
        return [
            each
            for each in self.commands
            if each.name != name and each.meets(own) and key in keys[each.name]
        ]

    def given(self, name: str, key: str) -> KeyMap:
        """The key added to the named command and taken from whoever had it. key is canonical.

        Raises ValueError for a key that a widget takes itself, and for a fixed command.
        """
        if self._command(name).fixed or any(each.fixed for each in self.holders(name, key)):
            raise ValueError(f"{key} is fixed")
        changes = self._settled()._taken_from_others(name, key)
        changes[name] = tuple(dict.fromkeys((*self.keys()[name], key)))
        return self._tidied(changes)

    def removed(self, name: str, key: str) -> KeyMap:
        """The named command without the key."""
        keys = tuple(each for each in self.keys()[name] if each != key)
        return self._tidied({**self._settled().changes, name: keys})

    def reset(self, name: str) -> KeyMap:
        """The named command with its defaults, which it takes back from whoever has them now."""
        settled = self._settled().changes
        changes = {each: keys for each, keys in settled.items() if each != name}
        for key in self._command(name).keys:
            changes = KeyMap(self.commands, changes)._taken_from_others(name, key)
        return self._tidied(changes)

    def double(self) -> tuple[str, Command, Command] | None:
        """A key that the changes give to two commands, or to one that may not have it."""
        claims: dict[str, list[Command]] = {}
        for command in self._by_weight():
            wished = self.changes.get(command.name, command.keys if command.fixed else ())
            for key in wished:
                for other in claims.setdefault(key, []):
                    if other.meets(command) and other is not command:
                        return key, other, command
                claims[key].append(command)
        return None

    def unknown(self) -> list[str]:
        """The names of changed actions that there are not, in the order of the changes."""
        known = {command.name for command in self.commands}
        return [name for name in self.changes if name not in known]

    def _command(self, name: str) -> Command:
        return next(command for command in self.commands if command.name == name)

    def _by_weight(self) -> Iterable[Command]:
        """The fixed ones first, then what the person chose, then the defaults."""
        return sorted(
            self.commands, key=lambda each: (not each.fixed, each.name not in self.changes)
        )

    def _claim(self, command: Command, claims: dict[str, list[Command]]) -> tuple[str, ...]:
        wished = command.keys if command.fixed else self.changes.get(command.name, command.keys)
        free = tuple(
            key for key in wished if not any(each.meets(command) for each in claims.get(key, ()))
        )
        for key in free:
            claims.setdefault(key, []).append(command)
        return free

    def _settled(self) -> KeyMap:
        """Without what is double in the changes, as a file that was written by hand may have it."""
        now = self.keys()
        changes = {name: now.get(name, keys) for name, keys in self.changes.items()}
        return KeyMap(self.commands, changes)

    def _taken_from_others(self, name: str, key: str) -> dict[str, tuple[str, ...]]:
        """A default need not be taken away: it gives way by itself, and comes back by itself."""
        own = self._command(name)
        names = {each.name for each in self.commands if each is not own and each.meets(own)}
        return {
            name: tuple(each for each in keys if each != key) if name in names else keys
            for name, keys in self.changes.items()
        }

    def _tidied(self, changes: dict[str, tuple[str, ...]]) -> KeyMap:
        defaults = {command.name: command.keys for command in self.commands}
        kept = {name: keys for name, keys in changes.items() if keys != defaults.get(name)}
        return KeyMap(self.commands, kept)


def canonical(text: str) -> str | None:
    """A key as Qt writes it ("Ctrl+Shift+D"), from any spelling; None for what cannot be a key.

    Tab is none: it moves the focus. Nor are two keys after each other.
    """
    if text == "+" or text.endswith("++"):
        modifiers, key = text[:-2].split("+") if text != "+" else [], "+"
    else:
        *modifiers, key = text.split("+")
    found = {word.strip().capitalize() for word in modifiers}
    name = _key_name(key)
    if name is None or not found <= set(_MODIFIERS) or len(found) != len(modifiers):
        return None
    return "+".join([*(each for each in _MODIFIERS if each in found), name])


def _key_name(text: str) -> str | None:
    known = _KNOWN.get(text.strip().casefold())
    if known is not None:
        return known
    letter = text.strip()
    if len(letter) != 1 or not letter.isprintable():
        return None
    return letter.upper() if len(letter.upper()) == 1 else letter  # ß has no upper case of one
