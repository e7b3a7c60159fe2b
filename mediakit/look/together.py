"""Which of so many photos hang together, told pair by pair: takes of one photo, photos of one scene."""

from __future__ import annotations


class Together:
    """Disjoint sets of the indices below `count`, each led by its least."""

    def __init__(self, count: int) -> None:
        self._root = list(range(count))

    def leader(self, i: int) -> int:
        """The least index that hangs together with `i`, itself where it is alone."""
        while self._root[i] != i:
            i = self._root[i]
        return i

    def join(self, i: int, j: int) -> None:
        """From now on the two hang together, with all that hang on either."""
        least, other = sorted((self.leader(i), self.leader(j)))
        self._root[other] = least

    def sets(self) -> list[list[int]]:
        """All sets, of one too, in the order of their leaders; indices rising."""
        found: dict[int, list[int]] = {}
        for i in range(len(self._root)):
            found.setdefault(self.leader(i), []).append(i)
        return list(found.values())
