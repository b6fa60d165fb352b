"""What users of the coin do, honest ones and others, and what an auditor finds afterwards."""

__all__: list[str] = []
