"""Real nodes and simulated ones under measurement, at small sizes. The promises are kept by `benchmarks.coin`."""

import pytest

from benchmarks import coin_network, coin_nodes, coin_parts


def test_a_newcomer_syncs_and_answers() -> None:
    found = coin_nodes.sync(60, 160)

    assert found["blocks_per_s"] == pytest.approx(found["blocks"] / found["seconds"])
    assert found["requests_per_s"] > 0
    assert 0 < found["memory_mb"] <= found["memory_peak_mb"]


def test_validation_is_compared_with_bare_signatures() -> None:
    found = coin_parts.validation(20, 1)

    assert found["ratio"] == pytest.approx(found["whole_us"] / found["bare_us"])


def test_some_hours_of_a_network_are_the_same_each_time() -> None:
    one, other = (coin_network.day(12, 3.0, 60.0, seed=7) for _ in range(2))

    for name in ("height", "agreeing", "payments", "confirmed", "messages", "events", "links"):
        assert one[name] == other[name], name
    assert one["height"] > 5
    assert one["confirmed"] > 0
    assert one["agreeing"] == 12
