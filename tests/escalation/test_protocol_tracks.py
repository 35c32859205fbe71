"""Several tracks in one protocol file: what each takes from the file, and everything that cannot be meant, with its place."""

from pathlib import Path

import pytest

from escalation.protocol_differences import differences
from escalation.protocol_drafting import added, read, removed
from escalation.protocol_files import check_text, dumps, load, loads, sha256

FILE = Path(__file__).parent.parent / "protocols" / "three_tracks.yaml"
TEXT = FILE.read_text()
ONE_STAGE = (FILE.parent / "one_stage.yaml").read_text()


def said(text: str) -> list[str]:
    return [str(problem) for problem in check_text(text)]


def test_a_track_has_its_own_rules_and_takes_the_rest_from_the_file() -> None:
    protocol = load(FILE)
    adults, children, system = (rules for _, rules in protocol.ways)
    assert [track.key for track, _ in protocol.ways if track] == ["adults", "children", "system"]
    assert (adults.stages, adults.grounds, adults.tracks) == (protocol.stages, protocol.grounds, ())
    assert [stage.label for stage in children.stages] == ["Step 1", "Step 2", "Step 3"]
    assert (children.subjects, children.clock.day_end.hour) == (protocol.subjects, 17)
    assert (children.final_authority.kind, children.terminology.person) == ("determination", "child")
    assert (adults.is_thematic, children.is_thematic, system.is_thematic) == (False, False, True)


def test_immediate_risk_is_never_taken_over_by_a_theme() -> None:
    protocol = load(FILE)
    assert protocol.track("adults").immediate_risk.may_enter_any_stage
    assert not protocol.track("system").immediate_risk.may_enter_any_stage


def test_a_track_must_be_chosen_where_there_are_several_and_only_there() -> None:
    protocol, plain = load(FILE), loads(ONE_STAGE)
    with pytest.raises(LookupError, match="several tracks: choose one of adults, children, system"):
        protocol.track("")
    with pytest.raises(LookupError, match="no track 'elderly': choose one of adults"):
        protocol.track("elderly")
    assert plain.track("") is plain
    assert plain.ways == ((None, plain),)
    with pytest.raises(LookupError, match="no track 'adults': choose one of none"):
        plain.track("adults")


def test_the_file_reads_back_as_the_same_protocol() -> None:
    protocol = load(FILE)
    assert loads(dumps(protocol)) == protocol
    assert sha256(loads(dumps(protocol))) == sha256(protocol)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("key: children", "key: adults", "tracks[2].key: 'adults' is used twice"),
        ("label: Children", "label: Adults", "tracks[2].label: 'Adults' is used twice"),
        ("[{role: safeguarding_lead}]", "[{role: auditor}]", "tracks[2].stages[1].leads.roles[1].role: an auditor reads"),
        ("{kind: discussion_held,", "{kind: safety_confirmed,", "tracks[3].stages[1].duties[2].kind: a theme is about no person"),
        ("prefill: dispute.theme", "prefill: person.name", "tracks[3].board_form[1].prefill: a theme is about no person"),
        ("{on: outcome,", "{on: safety_changed,", "tracks[3].stages[2].notices[1].on: a theme is about no person"),
        ("about: theme\n", "about: themes\n", "tracks[3].about: 'themes' does not do here: did you mean 'theme'?"),
        ("populations: [adult]", "populations: [adult]\nabout: theme", "about: with tracks each says what it is about"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_told_with_its_place_in_the_track(old: str, new: str, expected: str) -> None:
    assert any(expected in one for one in said(TEXT.replace(old, new, 1))), said(TEXT.replace(old, new, 1))


def test_what_a_theme_would_take_from_the_file_about_a_person_is_told_at_the_track() -> None:
    tracks = "tracks:\n- {key: a, label: A, when: An adult}\n- {key: b, label: B, when: No person, about: theme}\n"
    first, *_ = said(ONE_STAGE + tracks)
    assert "tracks[2]: this track takes 'stages[1].duties[1].kind' from the file" in first
    assert "give it 'stages' of its own" in first


def test_one_track_is_no_choice_and_somebody_goes_by_the_stages_of_the_file() -> None:
    assert any("one track is no choice" in one for one in said(ONE_STAGE + "tracks: [{key: a, label: A, when: A}]\n"))
    stages = "[{order: 1, label: S, name: S, about: S, leads: {roles: [{role: line_manager}]}}]"
    both = f"tracks:\n- {{key: a, label: A, when: A, stages: {stages}}}\n- {{key: b, label: B, when: B, stages: {stages}}}\n"
    assert any("every track has stages of its own" in one for one in said(ONE_STAGE + both))


def test_a_whole_protocol_may_be_thematic() -> None:
    problems = said(ONE_STAGE.replace("populations:", "about: theme\npopulations:"))
    assert len(problems) == 2  # the two duties about the person
    assert "stages[1].duties[1].kind: a theme is about no person" in problems[0]


def test_differences_say_which_track() -> None:
    old = load(FILE)
    shorter = TEXT.replace("number: 24, unit: hours", "number: 12, unit: hours").replace("label: Adults", "label: Grown-ups")
    found = [one.sentence for one in differences(old, loads(shorter))]
    assert found == [
        "Track “Grown-ups”, What is it called: Adults → Grown-ups",
        "Track “Children”, Step 1: answered within 24 hours after the request was sent, then the clock moves it on → "
        "answered within 12 hours after the request was sent, then the clock moves it on",
    ]
    [gone] = differences(old, old.model_copy(update={"tracks": old.tracks[:2]}))
    assert gone.sentence == "Tracks: removed “How agencies work together”"
    without = old.tracks[1].model_copy(update={"clock": None})
    [clock] = differences(old, old.model_copy(update={"tracks": (old.tracks[0], without, old.tracks[2])}))
    assert clock.sentence == "Track “Children”, How time is counted here: its own → the protocol’s"


def test_a_track_is_drafted_part_by_part() -> None:
    document = load(FILE).model_dump(mode="json", exclude_defaults=True)
    document, place = added(document, ("tracks",))
    assert (place, document["tracks"][3]["key"]) == (("tracks", 3), "track-1")
    document, stage = added(document, (*place, "stages"))
    assert document["tracks"][3]["stages"][0]["order"] == 1
    document, _ = added(document, (*stage, "limits"))
    assert document["tracks"][3]["stages"][0]["limits"][0]["key"] == "s1-limit-1"
    protocol, findings = read(document)
    assert protocol is None
    assert ("tracks", 3, "label") in {one.place for one in findings}
    document = removed(document, ("tracks", 3))
    assert read(document)[0] == load(FILE)
    document = removed(document, ("tracks", 1, "clock"))
    assert "clock" not in document["tracks"][1]
