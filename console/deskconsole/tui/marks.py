"""The marks on hosts: what a key does to all of them, where any host is marked."""

from __future__ import annotations

from collections.abc import Collection, Iterable


class Marks:
    """The names of the marked hosts. A host that leaves the list loses its mark."""

    def __init__(self) -> None:
        self._names: frozenset[str] = frozenset()

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __len__(self) -> int:
        return len(self._names)

    @property
    def names(self) -> frozenset[str]:
        return self._names

    def toggle(self, names: Collection[str]) -> None:
        """Marks these hosts; where all of them are marked already, takes their marks away."""
        wanted = frozenset(names)
        self._names = self._names - wanted if wanted <= self._names else self._names | wanted

    def replace(self, names: Iterable[str]) -> None:
        """Marks these hosts and no others."""
        self._names = frozenset(names)

    def keep(self, names: Iterable[str]) -> None:
        """Takes the marks of all other hosts away."""
        self._names = self._names.intersection(names)
