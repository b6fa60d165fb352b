"""A proof-of-work chain of unspent outputs: a node, a miner and a wallet, to be run and to be broken."""

__all__: list[str] = []
