"""Keys: what they sign, in which files they lie, and that a private one is shown by nothing."""

import base64
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from lydite.model import InputError
from lydite.statements import (
    PrivateKey,
    PublicKey,
    private_key,
    public_path,
    read_private,
    read_public,
    write_pair,
)

# The third key of RFC 8032, 7.1.
SEED = bytes.fromhex("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7")
PUBLIC = bytes.fromhex("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025")
MESSAGE = bytes.fromhex("af82")
SIGNATURE = bytes.fromhex(
    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
    "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
)

# What `openssl pkey` writes for it.
PEM = """-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIMWqjfQ/n4N77bdELzHct7Fm04U1B28JS4XOOi4LRFj3
-----END PRIVATE KEY-----
"""


def test_it_signs_as_the_standard_says() -> None:
    key = PrivateKey(SEED)

    assert key.public == PublicKey(PUBLIC)
    assert key.sign(MESSAGE) == SIGNATURE
    assert key.public.accepts(MESSAGE, SIGNATURE)


@pytest.mark.parametrize("bit", range(0, 8 * len(SIGNATURE), 7))
def test_another_signature_is_none(bit: int) -> None:
    spoiled = bytearray(SIGNATURE)
    spoiled[bit // 8] ^= 1 << bit % 8

    assert not PublicKey(PUBLIC).accepts(MESSAGE, bytes(spoiled))


def test_neither_another_message_nor_another_length_is_accepted() -> None:
    key = PublicKey(PUBLIC)

    assert not key.accepts(MESSAGE + b"\x00", SIGNATURE)
    assert not key.accepts(MESSAGE, SIGNATURE[:-1])
    assert not PrivateKey(bytes(32)).public.accepts(MESSAGE, SIGNATURE)


def test_a_key_is_read_as_other_programs_write_it() -> None:
    assert PrivateKey(SEED).pem == PEM
    assert private_key(PEM, "here") == PrivateKey(SEED)
    assert private_key(f"\r\n  {PEM.replace(chr(10), chr(13) + chr(10))}", "here") == PrivateKey(SEED)


def test_a_pair_lies_in_two_files_of_which_one_is_secret(tmp_path: Path) -> None:
    path = tmp_path / "release.key"

    public = write_pair(path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_private(path).public == public == read_public(public_path(path))
    assert write_pair(tmp_path / "other.key") != public


@pytest.mark.parametrize("name", ["release.key", "release.key.pub"])
def test_a_key_that_is_there_is_never_replaced(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("precious")

    with pytest.raises(InputError, match="there is a file already"):
        write_pair(tmp_path / "release.key")

    assert [each.name for each in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "precious"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o610])
def test_a_private_key_that_others_may_use_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "release.key"
    write_pair(path)
    path.chmod(mode)

    with pytest.raises(InputError, match=rf"may be read by its owner alone, found the mode {mode:o}"):
        read_private(path)


def test_what_is_no_file_is_no_key(tmp_path: Path) -> None:
    for read in (read_private, read_public):
        with pytest.raises(InputError, match="the key cannot be read"):
            read(tmp_path)
        with pytest.raises(InputError, match="no such file"):
            read(tmp_path / "none")
        with pytest.raises(InputError, match="a key is kept in a file"):
            read(Path("/dev/null"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "secret",
        PEM.replace("PRIVATE", "OPENSSH PRIVATE"),
        PEM.replace("MC4C", "MC5C"),
        PEM.replace("RFj3", "RFj"),
        PEM.replace("RFj3", "RFj3AAAA"),
        PEM.replace("MC4C", "M*4C"),
        PEM.removesuffix("-----END PRIVATE KEY-----\n"),
    ],
)
def test_what_is_no_private_key_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(InputError, match="expected the private key of an Ed25519 pair") as refused:
        private_key(text, "the variable")

    told = f"{refused.value!r} {refused.value} {refused.value.__cause__!r} {refused.value.__context__!r}"
    assert "RFj" not in told
    assert "secret" not in told


def test_a_key_with_a_password_is_refused_with_the_way_to_sign_by_it() -> None:
    with pytest.raises(InputError, match="found one that is encrypted by a password") as refused:
        private_key(PEM.replace("PRIVATE", "ENCRYPTED PRIVATE"), "release.key")

    assert 'LYDITE_SIGNING_KEY="$(openssl pkey -in FILE)" lydite sign' in refused.value.remedy
    assert "RFj" not in f"{refused.value!r} {refused.value}"


def test_a_public_key_in_the_place_of_the_private_one_is_told_whoever_may_read_it(tmp_path: Path) -> None:
    write_pair(tmp_path / "release.key")

    with pytest.raises(InputError, match="expected a private key, found a public one") as refused:
        read_private(tmp_path / "release.key.pub")

    assert "chmod" not in str(refused.value)


def test_a_private_key_in_the_place_of_the_public_one_is_told(tmp_path: Path) -> None:
    path = tmp_path / "release.key"
    write_pair(path)

    with pytest.raises(InputError, match="expected a public key, found a private one"):
        read_public(path)


def test_nothing_shows_a_private_key() -> None:
    key = PrivateKey(SEED)

    shown = f"{key!r} {key}"

    assert SEED.hex() not in shown
    assert repr(SEED) not in shown
    assert base64.b64encode(SEED).decode()[:12] not in shown


def test_without_the_library_it_is_said_what_to_install_and_nothing_else_needs_it() -> None:
    program = (
        "import sys\n"
        "sys.modules['nacl'] = None\n"
        "from lydite import runner, statements\n"
        "try:\n"
        "    statements.PrivateKey(bytes(32)).sign(b'')\n"
        "except Exception as error:\n"
        "    sys.stdout.write(f'{type(error).__name__}: {error}')\n"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout == (
        "InputError: statements need pynacl, which is not installed; pip install 'lydite[statement]'"
    )
