"""The standard streams of programs, and what is left of them outside of a world."""

from pathlib import Path

from lydite.sim.patches.output import HostStream


def test_a_file_in_the_place_of_a_stream_is_still_read_by_who_put_it_there(tmp_path: Path) -> None:
    with (tmp_path / "printed").open("w+") as file:
        stream = HostStream("stdout", file)
        stream.write("one\n")
        stream.flush()

        assert stream.seekable()
        assert stream.tell() == 4
        assert stream.seek(0) == 0
        assert stream.read() == "one\n"
        stream.seek(0)
        assert stream.truncate() == 0
