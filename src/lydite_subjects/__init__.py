"""Systems to test, one folder each: strangers to the platform and to each other.

The platform never imports this package. The command line finds what is in it through the entry point
group `lydite.subjects`, as it would find a subject of yours.
"""

__all__: list[str] = []
