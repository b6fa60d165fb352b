"""A real PostgreSQL for the tests of helpers."""

from tests.subjects.coin.postgres import empty_database, postgres

__all__ = ["empty_database", "postgres"]
