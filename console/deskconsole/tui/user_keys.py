"""The keys as the user set them in settings.toml: which action has which, and what of that cannot be."""

from __future__ import annotations

import dataclasses
import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from textual.binding import Binding, BindingsMap, BindingType
from textual.keys import KEY_NAME_REPLACEMENTS, Keys, format_key, key_to_character

from deskconsole.common.errors import ConfigurationError

FILE: Final = "settings.toml"

SettingOfKeys = Mapping[str, str | Sequence[str]]
"""Actions with their key, or keys."""

_FIXED: Final = frozenset({"enter", "ctrl+q", "ctrl+z"})
"""Keys that stay with an action that has others besides."""

_LEAVES: Final = "ctrl+c"
"""The key that leaves wherever one is; the second time at once."""

_MODIFIERS: Final = frozenset({"ctrl", "alt", "shift", "super", "meta", "hyper"})

_KEYS: Final = frozenset(
    {key.value for key in Keys if "+" not in key.value and not key.value.startswith("<")}
    | set(KEY_NAME_REPLACEMENTS.values())
)


def _all(bindings: BindingsMap) -> Iterator[Binding]:
    for here in bindings.key_to_bindings.values():
        yield from here


def _name(binding: Binding, others: Iterable[Binding]) -> str | None:
    """Returns the binding's name in the settings, its action; None where settings cannot change it."""
    if not binding.description or not re.fullmatch(r"[a-z_]+", binding.action):
        return None
    more = any(one.action == binding.action and one.key != binding.key for one in others)
    return None if binding.key in _FIXED and more else binding.action


def _by_name(bindings: BindingsMap) -> dict[str, Binding]:
    every = [*_all(bindings)]
    return {name: one for one in reversed(every) if (name := _name(one, every)) is not None}


@dataclasses.dataclass(frozen=True)
class KeyPlace:
    """A screen, and what has the focus on it: the actions that share the keyboard there."""

    name: str
    bindings: Sequence[BindingType]
    fixed: Sequence[BindingType] = ()
    """Bindings of the widget that has the focus: they come first, and stay."""


class UserKeys:
    """The keys of all actions. Raises ConfigurationError for what no key or action is."""

    def __init__(self, places: Sequence[KeyPlace], wanted: SettingOfKeys) -> None:
        self._named: dict[str, Binding] = {}
        self._usual: set[tuple[str, str]] = set()
        for place in places:
            bindings = BindingsMap(place.bindings)
            self._named = _by_name(bindings) | self._named
            self._usual |= {(one.action, one.key) for one in _all(bindings)}
        self._wanted = {name: self._keys(name, keys) for name, keys in wanted.items()}
        self.warnings = list(dict.fromkeys(warning for place in places for warning in self._clashes(place)))
        """Actions that lost their key to another one, a sentence each."""

    def applied(self, bindings: BindingsMap) -> BindingsMap:
        """The same bindings with these keys, in their order: Textual's own keymap puts them last."""
        every = [*_all(bindings)]
        taken = {key for name in _by_name(bindings) for key in self._wanted.get(name, ())}
        keys: dict[str, list[Binding]] = {}
        for key, here in bindings.key_to_bindings.items():
            for one in here:
                name = _name(one, every)
                if name is not None and name in self._wanted:
                    for wanted in self._wanted[name]:
                        keys[wanted] = [one.with_key(wanted)]
                elif key not in taken:
                    keys.setdefault(key, []).append(one)
        return BindingsMap.from_keys(keys)

    def key_of(self, name: str) -> str:
        """The first key of an action as it is shown: `c`, `f1`, `^s`."""
        key = self._wanted[name][0] if name in self._wanted else self._named[name].key
        *modifiers, last = key.split("+")
        return "".join("^" if one == "ctrl" else f"{one}+" for one in modifiers) + format_key(last)

    def _keys(self, name: str, keys: str | Sequence[str]) -> list[str]:
        if name not in self._named:
            # Help and the lower edge show titles, which may be others than the actions' names.
            named = {one.description.lower().replace(" ", "_"): one.action for one in self._named.values()}
            named |= {action: action for action in self._named}
            near = [named[word] for word in difflib.get_close_matches(name.lower(), sorted(named), n=1)]
            raise ConfigurationError(
                f"{FILE}: keys has no action {name[:64]!r}",
                remedy=f"Did you mean {near[0]!r}?" if near else "docs/keys.md has the names of all actions.",
            )
        several = [keys] if isinstance(keys, str) else list(keys)
        if not several:
            raise ConfigurationError(
                f"{FILE}: keys.{name} has no key", remedy="Give one, or leave the line out."
            )
        return [self._key(name, key) for key in several]

    def _key(self, name: str, key: str) -> str:
        key = re.sub(r"(?:^|(?<=\+)),\Z", "comma", key)  # a comma is between two keys in a binding
        *modifiers, last = key.split("+") if len(key) > 1 else [key]
        known = last in _KEYS or len(last) == 1 or key_to_character(last) is not None
        if not known or not _MODIFIERS.issuperset(modifiers) or not last.isprintable() or last == " ":
            near = difflib.get_close_matches(key.lower(), sorted(_KEYS), n=1)
            raise ConfigurationError(
                f"{FILE}: keys.{name}: there is no key {key[:64]!r}",
                remedy=f"Did you mean {near[0]!r}?" if near else "Give a key as v, V, f6, space or ctrl+x.",
            )
        if key.lower() == _LEAVES:
            raise ConfigurationError(
                f"{FILE}: keys.{name} cannot be {_LEAVES!r}, which leaves the console",
                remedy="Choose another key.",
            )
        return BindingsMap([Binding(key, "")]).key_to_bindings.popitem()[0]

    def _clashes(self, place: KeyPlace) -> Iterator[str]:
        bindings, fixed = BindingsMap(place.bindings), BindingsMap(place.fixed).key_to_bindings
        here = _by_name(bindings)
        taken: dict[str, str] = {}
        for name in [name for name in self._wanted if name in here]:
            for key in self._wanted[name]:
                shown = format_key(key)
                if key in fixed and (name, key) not in self._usual:
                    raise ConfigurationError(
                        f"{FILE}: keys.{name} cannot be {shown!r}: in {place.name} that is "
                        f"{fixed[key][0].description!r}",
                        remedy="Choose another key.",
                    )
                other = taken.setdefault(key, name)
                if other != name:
                    raise ConfigurationError(
                        f"{FILE}: keys.{other} and keys.{name} are both {shown!r}",
                        remedy="Give one of them another key.",
                    )
                for lost in bindings.key_to_bindings.get(key, ()):
                    if lost.action != name and lost.action not in self._wanted:
                        yield (
                            f"{shown} is {here[name].description!r} now; give {lost.description!r} "
                            f"another key in {FILE}, as {lost.action}"
                        )
