"""Small counts cannot be read from what is shown, nor worked out from it: every small table is tried."""

from collections import defaultdict
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.suppression import ALL_BUT_FEW, FEWER, HIDDEN, SMALLEST, part, parts


@given(st.lists(st.integers(0, 60), min_size=1, max_size=30))
def test_no_small_count_is_shown_and_every_shown_one_is_true(counts: list[int]) -> None:
    for count, shown in zip(counts, parts(counts), strict=True):
        assert shown.count in (None, count)
        if count < SMALLEST:
            assert shown.text in (FEWER, HIDDEN)
        else:
            assert shown.text in (str(count), HIDDEN)


@pytest.mark.parametrize(("size", "most"), [(2, 30), (3, 22), (4, 13)])
def test_no_small_count_can_be_worked_out_by_who_knows_the_sum_and_the_rule(size: int, most: int) -> None:
    alike: dict[object, list[tuple[int, ...]]] = defaultdict(list)
    for counts in product(range(most + 1), repeat=size):
        if sum(counts) >= 2 * SMALLEST:
            alike[sum(counts), tuple(shown.text for shown in parts(counts))].append(counts)
    tried = 0
    for (_, texts), tables in alike.items():
        if max(map(max, tables)) > most - 8:
            continue  # tables beyond the edge would look like these
        for place, shown in enumerate(texts):
            possible = {table[place] for table in tables}
            if shown == FEWER or min(possible) < SMALLEST:
                assert len(possible) > 1, tables
                tried += 1
    assert tried > 10


def test_where_nothing_is_small_all_is_shown() -> None:
    assert [shown.count for shown in parts([5, 80, 12])] == [5, 80, 12]


def test_a_lonely_small_count_takes_the_next_larger_with_it() -> None:
    assert [shown.text for shown in parts([2, 90, 40, 11, 60])] == [FEWER, "90", "40", HIDDEN, "60"]


def test_many_small_counts_hide_one_another() -> None:
    assert [shown.text for shown in parts([2, 3, 0, 4, 60])] == [FEWER, FEWER, FEWER, FEWER, "60"]


def test_of_a_part_neither_it_nor_the_rest_is_told_where_small() -> None:
    assert [part(count, 100).text for count in (0, 4, 5, 95, 96, 100)] == [FEWER, FEWER, "5", "95", *[ALL_BUT_FEW] * 2]
