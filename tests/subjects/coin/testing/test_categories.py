"""Every test of the coin is in a category, and every category has tests."""

from lydite_subjects.coin.testing.fixtures import MARKERS
from tests.subjects.coin.conftest import HERE, MORE, categories_of


def test_every_file_of_tests_is_in_a_category_that_is_known_and_none_is_empty() -> None:
    files = sorted(HERE.rglob("test_*.py"))

    found = {name for each in files for name in categories_of(each)}

    assert found == {each.partition(":")[0] for each in MARKERS}
    assert all((HERE / each).is_file() for each in MORE)
