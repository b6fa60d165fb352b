"""The client: a wallet and the node that it trusts.

    alice = WalletClient("alice.wallet", "her password", "http://127.0.0.1:5000")
    print(alice.address, alice.get_balance())
    alice.send("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "5", "0.1")

Without a password it can be asked for everything that takes no signature; the environment variable
`COIN_WALLET_PASSWORD` is looked at when a signature is wanted.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from lydite_subjects.coin.remote import NODE_URL, NodeRefused, Remote
from lydite_subjects.coin.spec.amounts import coins
from lydite_subjects.coin.spec.errors import CoinError
from lydite_subjects.coin.spec.keys import PrivateKey
from lydite_subjects.coin.spec.mempool import RATE_MIN
from lydite_subjects.coin.spec.params import network
from lydite_subjects.coin.spec.transactions import Transaction
from lydite_subjects.coin.wallet.file import WalletError, address_in, open_wallet
from lydite_subjects.coin.wallet.payment import (
    INPUTS_MAX,
    Amount,
    Owned,
    fee_of,
    owned_from_plain,
    pay,
    payments,
)

PASSWORD_VARIABLE: Final = "COIN_WALLET_PASSWORD"  # noqa: S105 - its name, not a password
FEE: Final = "0.0001"
"""The fee of a payment if nothing else is said; it is enough for 10,000 bytes at the usual rate."""
PAGES_MAX: Final = 100
HISTORY_MAX: Final = 100
"""How many transactions a node tells at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A payment that the node has taken."""

    txid: str
    paid: Decimal
    fee: Decimal


def history_of(node: Remote, address: str, limit: int) -> dict[str, Any]:
    """The history of an address as /history tells it, from as many pages as it takes."""
    # By txid: what has waited on one page may be in a block on the next one.
    found: dict[str, dict[str, Any]] = {}
    after: dict[str, str] = {}
    while True:
        page = node.get(f"/history/{address}", limit=min(limit - len(found), HISTORY_MAX), **after)
        found.update((each["txid"], each) for each in page["transactions"])
        if len(found) >= limit or not page.get("next") or not page["transactions"]:
            return {**page, "transactions": list(found.values())}
        after = {"before": page["next"]}


class WalletClient:
    """One wallet, and one node."""

    last_error: CoinError | None
    """Why the last `send_transaction` was False."""

    def __init__(
        self,
        filename: str | Path,
        password: str | None = None,
        node_url: str = NODE_URL,
        *,
        node: Remote | None = None,
    ) -> None:
        self.filename = Path(filename)
        self.address = address_in(self.filename)
        self.last_error = None
        self._node = node or Remote(node_url)
        self._key = None if password is None else open_wallet(self.filename, password)

    def get_balance(self) -> Decimal:
        """The coins in blocks, rewards that are not ripe included."""
        return Decimal(self.balances()["balance"])

    def balances(self) -> dict[str, Any]:
        """What the node says of the address: in blocks, spendable now, not ripe, on its way in and out."""
        answer: dict[str, Any] = self._node.get(f"/balance/{self.address}")
        return answer

    def send_transaction(self, to_address: str, amount: Amount, fee: Amount = FEE) -> bool:
        """Pay somebody. False if that cannot be: `last_error` says why; `send` raises it instead."""
        try:
            self.send(to_address, amount, fee)
        except CoinError as error:
            self.last_error = error
            return False
        self.last_error = None
        return True

    def send(self, to_address: str, amount: Amount, fee: Amount = FEE) -> Sent:
        """Pay somebody, or say why not."""
        return self.send_batch([(to_address, amount)], fee)

    def send_batch(self, recipients: Iterable[tuple[str, Amount]], fee: Amount = FEE) -> Sent:
        """Pay several people in one transaction: either all of them are paid or nobody is."""
        outputs = payments(recipients)
        paid = sum(output.amount for output in outputs)
        fee_grains = fee_of(fee)
        key = self._unlocked()
        magic = network(str(self._node.get("/status").get("network"))).magic
        transaction = pay(key, self._owned(paid + fee_grains), outputs, fee=fee_grains, magic=magic)
        answer = self._handed_in(transaction)
        return Sent(txid=answer["txid"], paid=Decimal(coins(paid)), fee=Decimal(coins(fee_grains)))

    def history(self, limit: int = 20) -> list[dict[str, Any]]:
        """What came and went, the newest first; `height` is None while it waits for a block."""
        entries: list[dict[str, Any]] = history_of(self._node, self.address, limit)["transactions"]
        return entries

    def close(self) -> None:
        """Hang up."""
        self._node.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()

    def _handed_in(self, transaction: Transaction) -> dict[str, Any]:
        data = transaction.encode()
        try:
            answer: dict[str, Any] = self._node.post("/transactions", {"hex": data.hex()})
        except NodeRefused as error:
            if error.rule != "fee-too-low":
                raise
            # The law counts grains and bytes; whoever pays counts coins.
            hint = f"a fee of {coins(len(data) * RATE_MIN)} coins or more"
            told = {"rule": error.rule, "expected": error.expected, "found": error.found, "try": hint}
            raise NodeRefused(error.status, {**told, "where": error.where}) from error
        return answer

    def _unlocked(self) -> PrivateKey:
        if self._key is None:
            password = os.environ.get(PASSWORD_VARIABLE)
            if password is None:
                raise WalletError(
                    f"{self.filename}: expected a password to sign with, found none; "
                    f"give one, or set {PASSWORD_VARIABLE}"
                )
            self._key = open_wallet(self.filename, password)
        return self._key

    def _owned(self, needed: int) -> list[Owned]:
        """Outputs of the wallet: all, or as many pages of them as are surely enough."""
        found: list[Owned] = []
        after: dict[str, str] = {}
        for _ in range(PAGES_MAX):
            page = self._node.get(f"/utxos/{self.address}", limit=INPUTS_MAX, **after)
            found += owned_from_plain(page["utxos"])
            enough = sum(each.amount for each in found if each.spendable) >= needed
            if enough or not page.get("next"):
                break
            after = {"after": page["next"]}
        return found
