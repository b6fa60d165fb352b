"""The counter's storm with one to three faults instead of forty: bugs are rarely met by luck."""
