"""What hangs together by pairs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mediakit.look.together import Together

COUNT = 12
PAIRS = st.lists(st.tuples(st.integers(0, COUNT - 1), st.integers(0, COUNT - 1)), max_size=20)


@given(PAIRS)
def test_sets_are_what_can_be_reached_by_pairs(pairs: list[tuple[int, int]]) -> None:
    together = Together(COUNT)
    for i, j in pairs:
        together.join(i, j)
    reached = {i: {i} for i in range(COUNT)}
    for _ in range(COUNT):
        for i, j in pairs:
            reached[i] = reached[j] = reached[i] | reached[j]
    closed = {frozenset(group) for group in reached.values() if all(reached[i] == group for i in group)}
    assert {frozenset(members) for members in together.sets()} == closed
    assert sum(map(len, together.sets())) == COUNT


@given(PAIRS, st.randoms())
def test_the_order_of_pairs_does_not_matter(pairs: list[tuple[int, int]], random) -> None:
    one, other = Together(COUNT), Together(COUNT)
    for i, j in pairs:
        one.join(i, j)
    random.shuffle(pairs)
    for i, j in pairs:
        other.join(j, i)
    assert one.sets() == other.sets()
    assert all(members[0] == one.leader(members[-1]) == min(members) for members in one.sets())
