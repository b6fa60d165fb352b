"""Mining at real nodes: from template to block, and several miners that compete."""

from decimal import Decimal

from lydite_subjects.coin.miner import MiningClient
from lydite_subjects.coin.testing import TestNode, WalletFactory
from lydite_subjects.coin.testing.processes import ask
from tests.subjects.coin.e2e.people import PATIENCE_S, REWARD, balances, mined, miner, settle

BLOCKS = 3


def test_complete_mining_cycle(network: list[TestNode]) -> None:
    height = settle(network)
    someone = WalletFactory(seed=1).make().address

    with MiningClient(someone, network[0].url) as client:
        template = client.get_mining_template()
        block = client.mine_block(template, timeout=PATIENCE_S)
        assert block is not None
        taken = client.submit_block(block)

    assert len(template.transactions) >= 1
    assert taken
    assert settle(network) == height + 1
    assert {each.status()["tip"] for each in network} == {block.calculate_hash()}
    assert balances(network, someone) == {REWARD}


def test_multi_node_mining_competition(network: list[TestNode]) -> None:
    before = settle(network)
    miners = [each.address for each in WalletFactory(seed=2).batch(len(network))]

    running = [
        miner(node, address, "--blocks", str(BLOCKS)) for node, address in zip(network, miners, strict=True)
    ]
    told = [mined(each) for each in running]
    height = settle(network)

    assert [each["blocks"] for each in told] == [BLOCKS] * len(network)
    # Blocks of equal height were found at the same time: one of each is in the chain, and only that one is paid for.
    found = [ask(f"{network[0].url}/blocks/{each}") for each in range(before + 1, height + 1)]
    payees = [each["transactions"][0]["outputs"][0]["address"] for each in found]
    assert BLOCKS <= height - before <= BLOCKS * len(network) + 1
    for address in miners:
        assert balances(network, address) == {Decimal(payees.count(address)) * REWARD}
