"""What a picture shows of a run, that it is safe and whole, and that it stays small."""

import itertools
import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from lydite.model import Fault, Finding, Kind, Schedule, Verdict, seconds
from lydite.reports import Scene, drawing, picture
from tests.reports.scenes import CUT, Element, Records, crowded_scene, page, scene_of, small_scene

BYTES_MAX = 400_000


def overview(scene: Scene) -> Element:
    """The upper panel of a picture."""
    return page(picture(scene)).all("g", "overview")[0]


def test_every_host_has_a_lane_and_the_tester_has_the_first() -> None:
    lanes = overview(small_scene()).all("g", "lane")

    assert [lane.attributes["data-host"] for lane in lanes] == ["tester", "a", "b", "c"]


def test_every_message_of_the_window_is_a_line_and_a_lost_one_ends_in_a_cross() -> None:
    messages = overview(small_scene()).all("g", "messages")[0].all("path", "message")

    titles = [message.words() for message in messages]
    assert len(titles) == 3
    assert "a → b, 10 bytes, 0.900000 s + 2 ms" in titles[0]
    assert "lost" in messages[1].classes
    assert "a → b, 10 bytes, 1.500000 s, never arrived" in titles[1]
    assert "tester → c" in titles[2]


def test_the_violation_is_marked_at_its_moment_on_its_host() -> None:
    marked = overview(small_scene()).all("g", "broke")

    assert len(marked) == 1
    assert "VIOLATED 2.503 s" in marked[0].words()
    ring, line = marked[0].all("circle", "ring")[0], marked[0].all("line", "moment")[0]
    assert ring.attributes["cx"] == line.attributes["x1"]
    tester = overview(small_scene()).all("g", "lane")[0].all("rect")[0]
    top, height = float(tester.attributes["y"]), float(tester.attributes["height"])
    assert top < float(ring.attributes["cy"]) < top + height


def test_a_run_without_a_finding_marks_nothing_and_shows_all_of_it() -> None:
    held = replace(small_scene(), finding=None)

    shown = page(picture(held))

    assert not shown.all("g", "broke")
    assert not shown.all("g", "close-up")
    assert "The whole run" in shown.all("svg")[0].words()
    assert "Every fault, host and message of the run is drawn." in shown.words()


def test_a_verdict_that_is_not_violated_is_not_shown_as_one() -> None:
    finding = Finding(
        check="liveness", verdict=Verdict.UNKNOWN, message="nothing was decided", at_ns=seconds(2)
    )

    shown = page(picture(replace(small_scene(), finding=finding)))

    assert "unsure" in shown.all("g", "broke")[0].classes
    assert "VIOLATED" not in shown.words()


def test_evidence_has_letters_that_lead_to_its_rows() -> None:
    shown = page(picture(small_scene()))

    pills = shown.all("g", "overview")[0].all("a", "evidence")
    assert "AB" in [pill.words()[-2:] for pill in pills] or len(pills) == 2
    rows = {row.attributes.get("id"): row.words() for row in shown.all("tr")}
    assert "write phase=ok value=1" in rows["evidence-A"]
    assert "read phase=ok value=0" in rows["evidence-B"]


def test_the_close_up_shows_the_slope_that_the_overview_cannot() -> None:
    shown = page(picture(small_scene()))

    close = shown.all("g", "close-up")[0]
    slanted = [path for path in close.all("path", "message") if "tester → c" in path.words()]
    found = re.match(r"M([\d.]+) [\d.]+L([\d.]+) ", slanted[0].attributes["d"])
    assert found is not None
    assert float(found[2]) - float(found[1]) > 40


def test_each_fault_is_a_band_in_the_lanes_of_its_hosts_and_a_row_of_the_table() -> None:
    shown = page(picture(small_scene()))

    bands = [band for band in shown.all("g", "overview")[0].all("a", "band") if band.all("rect", "tint")]
    assert len(bands) == 1
    assert bands[0].attributes["href"] == "#fault-1"
    assert len(bands[0].all("rect", "side")) == 1, "the side of a is filled"
    assert len(bands[0].all("rect", "other-side")) == 2, "the side of b and c is outlined"
    row = next(row for row in shown.all("tr") if row.attributes.get("id") == "fault-1")
    assert row.words().startswith("11.000 s2 snetwork.cutcut a ↔ b, c")


def test_every_fault_of_the_schedule_is_in_the_table_under_its_number_also_one_that_never_came() -> None:
    late = Fault(at_ns=seconds(100), kind="process.crash", args={"hosts": ["a"]}, lasting_ns=seconds(1))

    shown = page(picture(replace(small_scene(), schedule=Schedule.of([CUT, late]))))

    rows = {row.attributes.get("id"): row.words() for row in shown.all("tr")}
    assert "the run ended before" in rows["fault-2"]
    assert "crash a" in rows["fault-2"]


def test_a_band_lies_where_its_time_is() -> None:
    held = replace(small_scene(), finding=None)

    shown = overview(held)

    life = shown.all("line", "life")[0].attributes
    tint = next(rect.attributes for rect in shown.all("rect", "tint"))
    second = (float(life["x2"]) - float(life["x1"])) / 8
    assert float(tint["x"]) == pytest.approx(float(life["x1"]) + second, abs=0.2)
    assert float(tint["width"]) == pytest.approx(2 * second, abs=0.2)


def test_crash_and_power_loss_are_told_apart() -> None:
    records = Records("a", "b")
    records.at(1).add("a", Kind.CRASH, incarnation=1, cause="crash")
    records.add("b", Kind.CRASH, incarnation=1, cause="power")
    records.at(2).add("tester", Kind.END, outcome="ended")

    shown = overview(scene_of(records, []))

    assert len(shown.all("line", "crashed")) == len(shown.all("path", "crashed")) == 1
    assert len(shown.all("line", "powerless")) == len(shown.all("path", "powerless")) == 1


def test_notes_and_checks_are_marks_and_rows() -> None:
    records = Records("a")
    records.at(1).note("elected", leader="a")
    records.at(2).add("tester", Kind.CHECK, name="one leader", mode="always", holds=False, facts={})
    records.at(3).add("tester", Kind.CHECK, name="one leader", mode="always", holds=True, facts={})

    shown = page(picture(scene_of(records, [])))

    marks = shown.all("svg")[0].all("g", "overview")[0].all("path", "mark")
    assert [mark.classes[1] for mark in marks] == ["note", "failed", "check"]
    assert "elected leader=a" in marks[0].words()
    assert "one leader DOES NOT HOLD" in shown.all("table")[-2].words()


def test_last_words_and_facts_and_the_command_stand_on_the_page() -> None:
    shown = page(picture(small_scene()))

    assert [section.words() for section in shown.all("section")] == [
        "a0.000 stdout: a listens\n",
        "c2.400 stdout: recovered\n",
    ]
    commands = [code.words() for code in shown.all("code")]
    assert commands.count("lydite replay store.storm-17.failure.json") == 2
    assert "5f" * 32 in commands


def test_of_many_last_words_the_last_ones_are_shown_and_the_others_counted() -> None:
    talkative = replace(
        small_scene(), last_words={"a": [f"line {number}\x1b" + "x" * 999 for number in range(50)]}
    )

    told = page(picture(talkative)).all("pre")[0].words()

    assert told.startswith("… 38 lines before\nline 38\\x1bxxx")
    assert told.count("characters more)") == 12


def test_what_is_left_out_is_told() -> None:
    records = Records("a", "b")
    records.connect(1, "a", "b")
    records.at(1).send(1, "a")
    records.at(1.002).deliver(1, "b")
    told = records.at(60).note("write")
    read = records.at(61).note("read")
    records.at(90).send(1, "a")
    records.at(90.002).deliver(1, "b")

    words = page(picture(scene_of(records, [told, read]))).words()

    assert "Not drawn: the first 59." in words
    assert "with 0 faults and 1 message;" in words
    assert re.search(r"what came after 61\.\d+ s, in 28\.\d+ s, with 0 faults and 1 message\.", words)


def test_messages_that_are_too_many_are_thinned_and_counted() -> None:
    whole = replace(crowded_scene(), finding=None)

    shown = page(picture(whole))

    lines = shown.all("g", "overview")[0].all("g", "messages")[0].all("path", "message")
    assert 100 < len(lines) <= 520
    told = re.search(r"Not drawn: ([\d,]+) of 14,000 messages\.", shown.words())
    assert told is not None
    assert 10_000 < int(told[1].replace(",", "")) <= 14_000 - len(lines)


def test_labels_of_forty_faults_never_touch() -> None:
    shown = overview(replace(crowded_scene(), finding=None))

    places = []
    for band in shown.all("a", "band"):
        for label in band.all("text", "label"):
            wide = 5.2 * len(label.words())
            places.append((float(label.attributes["y"]), float(label.attributes["x"]), wide))
    places.sort()
    assert len(places) == 40
    for (row, left, wide), (next_row, next_left, _) in itertools.pairwise(places):
        assert row != next_row or left + wide <= next_left


def test_a_story_without_messages_says_so() -> None:
    scene = small_scene()
    kept = {Kind.START, Kind.CRASH, Kind.FAULT, Kind.NOTE, Kind.CHECK}
    story = tuple(event for event in scene.events if event.kind in kept)

    shown = page(picture(replace(scene, events=story)))

    assert "only the story of the run is at hand" in shown.words()
    assert [lane.attributes["data-host"] for lane in shown.all("g", "lane")][:4] == ["tester", "a", "b", "c"]


def test_a_run_of_which_nothing_is_known_is_a_page_that_says_so() -> None:
    empty = Scene(title="store.storm, seed 1", sentence="the run died before its first record")

    shown = page(picture(empty))

    assert "There are no records of this run" in shown.words()
    assert not shown.all("svg")
    ET.fromstring(drawing(empty))


def test_a_schedule_alone_is_drawn_as_it_was_wanted() -> None:
    scene = replace(small_scene(), events=(), finding=None)

    shown = overview(scene)

    assert len(shown.all("a", "band")) == 2, "its label and its bands in the lanes"
    assert "cut a ↔ b, c" in shown.words()


EVIL = "</title></script><script>alert(1)</script><img src=x onerror=alert(1)>\"'&\x00\x1b[31m\u202e\ud800"


def evil_scene() -> Scene:
    """Programs, trials and file names that want to be markup, wherever text comes from."""
    records = Records("a", EVIL)
    records.connect(1, "a", EVIL)
    records.at(1).send(1, "a")
    records.add("a", Kind.START, incarnation=2, program=EVIL)
    records.fault("network.cut", left=[EVIL], right="a", x=EVIL)
    records.at(2).add(EVIL, Kind.CRASH, incarnation=1, cause=EVIL)
    broken = records.at(3).note(EVIL, **{EVIL: EVIL})
    finding = Finding(
        check=EVIL,
        verdict=Verdict.VIOLATED,
        message=EVIL,
        at_ns=seconds(3),
        host=EVIL,
        facts={EVIL: EVIL},
        evidence=(broken.number,),
    )
    fault = Fault(at_ns=seconds(1), kind=f"network.{EVIL}", args={"hosts": [EVIL], EVIL: EVIL})
    return Scene(
        title=EVIL,
        sentence=EVIL,
        finding=finding,
        schedule=Schedule.of([fault]),
        events=tuple(records),
        last_words={EVIL: [EVIL], "a": EVIL},
        replay=EVIL,
        facts={EVIL: EVIL},
    )


def test_text_of_programs_is_never_markup() -> None:
    written = picture(evil_scene())

    shown = page(written)
    assert len(shown.all("script")) == 1
    assert not shown.all("img")
    assert not [each for each in shown.all() if any(name.startswith("on") for name in each.attributes)]
    assert "\\x00\\x1b[31m\\u202e\\ud800" in shown.words()


def test_what_cannot_be_seen_is_spelled_out_and_can_be_written_as_a_file() -> None:
    for written in (picture(evil_scene()), drawing(evil_scene())):
        found = re.findall(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\ud800-\udfff]", written)
        assert not found
        written.encode()


@pytest.mark.parametrize(
    "scene", [small_scene(), crowded_scene(2000), evil_scene()], ids=["small", "crowded", "evil"]
)
def test_the_drawing_alone_is_well_formed_and_leads_nowhere(scene: Scene) -> None:
    drawn = drawing(scene)

    root = ET.fromstring(drawn)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert "href" not in drawn


@pytest.mark.parametrize("scene", [small_scene(), crowded_scene(2000)], ids=["small", "crowded"])
def test_a_page_is_whole_and_needs_nothing_from_elsewhere(scene: Scene) -> None:
    written = picture(scene)

    shown = page(written)
    ids = [each.attributes["id"] for each in shown.all() if "id" in each.attributes]
    assert len(ids) == len(set(ids))
    leads = [each.attributes["href"] for each in shown.all() if "href" in each.attributes]
    assert leads
    assert {lead for lead in leads if lead.removeprefix("#") not in ids or lead[0] != "#"} == set()
    assert not [each.name for each in shown.all() if "src" in each.attributes]
    assert not shown.all("link")
    assert re.findall(r"https?://[^\"<\s]*", written) == ["http://www.w3.org/2000/svg"]
    assert not re.search(r"url\(|@import|fetch\(|XMLHttpRequest|//cdn", written)
    policy = next(meta for meta in shown.all("meta") if meta.attributes.get("http-equiv"))
    assert policy.attributes["content"].startswith("default-src 'none';")


def test_a_page_is_whole_without_javascript() -> None:
    written = picture(small_scene())

    without = page(re.sub(r"<script>.*?</script>", "", written, flags=re.DOTALL))
    assert without.all("svg")
    for words in (
        "VIOLATED",
        "lydite replay",
        "cut a ↔ b, c",
        "read phase=ok value=0",
        "0.000 stdout: a listens",
    ):
        assert words in without.words()
    assert "display: none" not in re.sub(
        r"@media print.*", "", without.all("style")[0].words(), flags=re.DOTALL
    )


def test_a_page_knows_the_dark_and_the_printer() -> None:
    styles = " ".join(style.words() for style in page(picture(small_scene())).all("style"))

    assert styles.count("@media (prefers-color-scheme: dark)") == 2
    assert styles.count("@media print") == 2


def test_a_picture_stays_small_however_long_the_run() -> None:
    scene = crowded_scene()

    assert len(picture(scene).encode()) < BYTES_MAX
    assert len(drawing(scene).encode()) < BYTES_MAX
    assert len(picture(small_scene()).encode()) < 40_000


def test_many_hosts_and_many_faults_stay_small_and_are_told() -> None:
    hosts = [f"node-{number}" for number in range(60)]
    records = Records(*hosts)
    read = records.at(900).note("read")
    faults = [
        Fault(at_ns=seconds(1 + number), kind="process.pause", args={"hosts": hosts}, lasting_ns=seconds(50))
        for number in range(600)
    ]

    written = picture(scene_of(records, [read], faults))

    shown = page(written)
    assert len(written.encode()) < BYTES_MAX
    assert len(shown.all("g", "overview")[0].all("g", "lane")) == 16
    assert "47 of 63 hosts" in shown.words()
    assert re.search(r"of \d+ faults in this window", shown.words())
    assert "400 more faults" in shown.words()


def test_the_same_scene_gives_the_same_bytes() -> None:
    assert picture(small_scene()) == picture(small_scene())
    assert drawing(crowded_scene(1000)) == drawing(crowded_scene(1000))
