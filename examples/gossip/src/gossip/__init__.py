"""A gossip node: tell one node, and all of them know."""
