"""The miner: takes templates from a node, looks for nonces in several processes, and hands in the blocks.

python -m lydite_subjects.coin.miner --wallet alice.wallet --node http://127.0.0.1:5000 --workers 2
"""

from lydite_subjects.coin.miner.client import MiningClient

__all__ = ["MiningClient"]
