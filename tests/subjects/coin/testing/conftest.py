"""A real PostgreSQL for the tests of helpers."""

from tests.postgres import empty_database, postgres

__all__ = ["empty_database", "postgres"]
