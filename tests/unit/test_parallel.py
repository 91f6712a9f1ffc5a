"""Work on several items at a time."""

import pytest
from smear.parallel import AHEAD, map_parallel


@pytest.mark.parametrize(("items", "threads"), [(0, 1), (1, 4), (500, 1), (500, 3)])
def test_results_come_in_order_and_do_not_pile_up(items, threads):
    begun = []

    def work(item: int) -> int:
        begun.append(item)
        return 2 * item

    for taken, result in enumerate(map_parallel(work, iter(range(items)), threads, "doubling")):
        assert result == 2 * taken
        assert len(begun) <= taken + 1 + AHEAD * threads + threads
    assert sorted(begun) == list(range(items))


def test_a_fault_is_the_callers():
    with pytest.raises(ZeroDivisionError):
        list(map_parallel(lambda item: 1 // item, [1, 0, 1], 2, "dividing"))
