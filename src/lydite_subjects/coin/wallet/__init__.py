"""The wallet: a key in an encrypted file, and payments that are made with it.

python -m lydite_subjects.coin.wallet create alice.wallet
python -m lydite_subjects.coin.wallet balance alice.wallet --node http://127.0.0.1:5000
"""

from lydite_subjects.coin.wallet.client import WalletClient
from lydite_subjects.coin.wallet.file import (
    DamagedWallet,
    UnknownWallet,
    WalletError,
    WrongPassword,
    address_in,
    create_wallet,
    open_wallet,
)
from lydite_subjects.coin.wallet.payment import CannotPay

__all__ = [
    "CannotPay",
    "DamagedWallet",
    "UnknownWallet",
    "WalletClient",
    "WalletError",
    "WrongPassword",
    "address_in",
    "create_wallet",
    "open_wallet",
]
