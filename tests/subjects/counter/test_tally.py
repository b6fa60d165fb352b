import itertools

from hypothesis import given
from hypothesis import strategies as st

from lydite_subjects.counter.spec import NOTHING, Tally, digest, merge, minus, one, size

Operations = set[tuple[str, int]]

OPERATIONS = st.sets(st.tuples(st.sampled_from(["ann", "bob", "cy"]), st.integers(1, 12)))


def tally_of_each(operations: list[tuple[str, int]]) -> Tally:
    tally = NOTHING
    for client, number in operations:
        tally = merge(tally, one(client, number))
    return tally


def operations_in(tally: Tally) -> Operations:
    return {
        (client, number)
        for client, spans in tally.items()
        for first, last in spans
        for number in range(first, last + 1)
    }


@given(OPERATIONS)
def test_a_tally_is_the_set_of_its_operations(operations: Operations) -> None:
    tally = tally_of_each(sorted(operations))

    assert operations_in(tally) == operations
    assert size(tally) == len(operations)


@given(OPERATIONS, st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_neither_a_tally_nor_its_digest(
    operations: Operations, random: object
) -> None:
    shuffled = list(operations)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert tally_of_each(shuffled) == tally_of_each(sorted(operations))
    assert digest(tally_of_each(shuffled)) == digest(tally_of_each(sorted(operations)))


@given(OPERATIONS, OPERATIONS)
def test_unequal_tallies_have_unequal_digests(left: Operations, right: Operations) -> None:
    equal = digest(tally_of_each(sorted(left))) == digest(tally_of_each(sorted(right)))

    assert equal == (left == right)


@given(OPERATIONS, OPERATIONS)
def test_merge_is_the_union_and_minus_the_difference(left: Operations, right: Operations) -> None:
    one_side, other_side = tally_of_each(sorted(left)), tally_of_each(sorted(right))

    assert operations_in(merge(one_side, other_side)) == left | right
    assert operations_in(minus(one_side, other_side)) == left - right


@given(OPERATIONS, OPERATIONS)
def test_spans_ascend_and_never_touch(left: Operations, right: Operations) -> None:
    merged = merge(tally_of_each(sorted(left)), tally_of_each(sorted(right)))
    rest = minus(tally_of_each(sorted(left)), tally_of_each(sorted(right)))

    for spans in (*merged.values(), *rest.values()):
        assert spans
        assert all(first <= last for first, last in spans)
        assert all(last + 1 < first for (_, last), (first, _) in itertools.pairwise(spans))


def test_a_long_run_of_numbers_is_one_span() -> None:
    tally = tally_of_each([("ann", number) for number in (2, 1, 4, 3, 7)])

    assert tally == {"ann": ((1, 4), (7, 7))}
