"""Secrets in URLs: none of them is shown, whatever letters it has."""

from hypothesis import given
from hypothesis import strategies as st

from lydite.model import masked


@given(
    st.text(st.characters(blacklist_characters="&;\n"), min_size=1).map(lambda text: f"sEcReT{text}sEcReT")
)
def test_no_password_survives_the_mask(secret: str) -> None:
    assert "sEcReT" not in masked(f"postgresql+psycopg://ann:{secret}@host:5432/db")
    assert "sEcReT" not in masked(f"postgresql://host/db?Password={secret}")
    assert "sEcReT" not in masked(f"sqlite:///x.db?mode=ro&access_token={secret}")


def test_a_url_without_a_secret_is_shown_as_it_is() -> None:
    for url in ("", "sqlite:///a/b.db", "postgresql://ann@host:5432/db", "postgresql:///db?host=x"):
        assert masked(url) == url
