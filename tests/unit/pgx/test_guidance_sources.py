"""Sources of guidance: damaged and hostile files, and what config may name."""

import copy
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genostrat.errors import GenostratError
from genostrat.pgx.guidance.advice import decide
from genostrat.pgx.guidance.sources import pharmcat
from genostrat.pgx.guidance.sources.loading import load_guidance
from genostrat.pgx.guidance.states import State


def row(text="<p>Avoid it.</p>", key=None, drug="codeine", **changes):
    return {
        "text": {"html": text},
        "classification": {"term": "Strong"},
        "population": "general",
        "relatedChemicals": [{"name": drug}],
        "lookupKey": key or {"CYP2D6": "0.0"},
        "alternateDrugAvailable": True,
        "dosingInformation": False,
        "otherPrescribingGuidance": False,
    } | changes


def package(*rows, source="CPIC", **changes):
    return {
        "guideline": {"source": source, "url": "https://example.org/g"},
        "recommendations": list(rows) or [row()],
        "citations": [{"pmid": "1", "year": 2014}, {"pmid": "2", "year": 2021}],
        "version": "2024-03-21-11-22",
    } | changes


def write(folder, *packages):
    folder.mkdir(exist_ok=True)
    for number, one in enumerate(packages):
        (folder / f"{number}.json").write_text(json.dumps(one), encoding="utf-8")
    return folder


def test_a_folder_and_the_single_file_of_later_releases_say_the_same(tmp_path):
    packages = [package(), package(row(drug="tramadol"), source="DPWG")]
    folder = write(tmp_path / "old", *packages)
    single = tmp_path / "new/prescribing_guidance.json"
    single.parent.mkdir()
    later = copy.deepcopy(packages)
    for one in later:
        for recommendation in one["recommendations"]:
            recommendation["lookupKey"] = [recommendation["lookupKey"]]
    single.write_text(json.dumps({"version": "2026-01-01", "guidelines": later}))
    old, version = pharmcat.read(folder)
    assert version == "2024-03-21-11-22"
    for path in (single, single.parent):
        new, version = pharmcat.read(path)
        assert version == "2026-01-01"
        assert [(t.key, t.entries, t.reference) for t in new] == [
            (t.key, t.entries, t.reference) for t in old
        ]
    assert {t.reference.body for t in old} == {"CPIC", "DPWG"}
    assert {(t.reference.year, t.reference.pmid) for t in old} == {(2021, "2")}


def test_fda_may_stand_beside_the_others(tmp_path):
    folder = write(tmp_path / "g", package(source="FDA Label Annotation"))
    (topic,), _ = pharmcat.read(folder)
    assert topic.reference.body == "FDA"


def test_text_loses_markup_control_characters_and_nothing_else(tmp_path):
    bell, override, separator = "\x07", "\u202e", "\u2028"
    nasty = (
        f"<p onclick='x'>Avoid{bell} codeine &amp; tramadol{override},"
        f"{separator}dose &lt; 5&nbsp;mg.</p><script>alert(1)</script>"
    )
    (topic,), _ = pharmcat.read(write(tmp_path / "g", package(row(nasty))))
    (entry,) = topic.entries
    assert entry.text == "Avoid codeine & tramadol , dose < 5 mg. alert(1)"
    assert entry.text.isprintable()


def test_addresses_that_are_not_the_webs_are_left_out(tmp_path):
    hostile = package()
    hostile["guideline"]["url"] = "javascript:alert(1)"
    (topic,), _ = pharmcat.read(write(tmp_path / "g", hostile))
    assert topic.reference.url == ""


def test_prasugrel_is_told_with_what_forbids_it(tmp_path):
    text = "<p>Avoid clopidogrel. Use prasugrel or ticagrelor.</p>"
    given_row = row(text, {"CYP2C19": "Poor Metabolizer"}, "clopidogrel")
    (topic,), _ = pharmcat.read(write(tmp_path / "g", package(given_row)))
    assert "contraindicated after a stroke" in topic.entries[0].text


def test_a_wording_that_no_rule_knows_gets_no_category_and_is_reported(tmp_path):
    unknown = row("<p>Ponder.</p>", alternateDrugAvailable=False)
    folder = write(tmp_path / "g", package(unknown))
    guidance = load_guidance([str(folder)])
    (finding,) = guidance.findings
    assert "1 recommendation text(s)" in finding
    assert "Ponder" not in finding
    (topic,) = guidance.topics
    decision = decide(topic, [(State("Poor Metabolizer", 0.0),)])
    assert decision.category == "no_guidance"


def test_records_tell_sources_apart(tmp_path):
    folder = write(tmp_path / "g", package())
    guidance = load_guidance(["genostrat", str(folder)])
    own, theirs = guidance.records
    assert (own["source"], theirs["source"]) == ("genostrat", "PharmCAT")
    assert theirs["n_recommendations"] == 1
    assert guidance.source == "genostrat and PharmCAT"
    (folder / "0.json").write_text(json.dumps(package(row(drug="tramadol"))))
    again = load_guidance(["genostrat", str(folder)]).records
    assert again[0]["sha256"] == own["sha256"]
    assert again[1]["sha256"] != theirs["sha256"]


def test_config_that_names_nothing_or_twice_the_same_is_refused(tmp_path):
    for names in ([], ["genostrat", "genostrat"], [str(tmp_path)], ["nowhere"]):
        with pytest.raises(GenostratError) as caught:
            load_guidance(names)
        assert "pgx.guidance" in str(caught.value)
    with pytest.raises(GenostratError):
        pharmcat.list_files(tmp_path / "absent.json")


BROKEN = [
    {"guideline": {}},
    {"guideline": [], "recommendations": []},
    package(row(lookupKey=None)),
    package(row(lookupKey={})),
    package(row(lookupKey={"CYP2D6": 7})),
    package(row(lookupKey={"CYP2D6": {"*1": "many"}})),
    package(row(lookupKey={"CYP2D6": {"*1": 10**9}})),
    package(row(lookupKey={"CYP2D6": {"*1": -3, "*2": 5}})),
    package(row(lookupKey={"CYP2D6": "x" * 1000})),
    package(row(relatedChemicals="codeine")),
    package(row(relatedChemicals=[{"id": 1}])),
    package(citations=[{"year": "last spring"}]),
    package("a row"),
    {"guidelines": {}},
    {"guidelines": ["a"]},
]


@pytest.mark.parametrize("content", BROKEN, ids=range(len(BROKEN)))
def test_a_damaged_file_is_refused_by_its_name(tmp_path, content):
    folder = write(tmp_path / "g", content)
    with pytest.raises(GenostratError) as caught:
        load_guidance([str(folder)])
    assert "0.json" in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b'{"a": NaN'])
def test_what_is_no_guideline_is_refused(tmp_path, content):
    path = tmp_path / "g.json"
    path.write_bytes(content)
    with pytest.raises(GenostratError) as caught:
        load_guidance([str(path)])
    assert "g.json" in str(caught.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)
PLACES = [
    ("guideline",),
    ("guideline", "source"),
    ("guideline", "url"),
    ("citations",),
    ("citations", 0),
    ("citations", 0, "year"),
    ("citations", 0, "pmid"),
    ("version",),
    ("recommendations",),
    ("recommendations", 0),
    ("recommendations", 0, "text"),
    ("recommendations", 0, "text", "html"),
    ("recommendations", 0, "classification"),
    ("recommendations", 0, "classification", "term"),
    ("recommendations", 0, "population"),
    ("recommendations", 0, "relatedChemicals"),
    ("recommendations", 0, "relatedChemicals", 0),
    ("recommendations", 0, "relatedChemicals", 0, "name"),
    ("recommendations", 0, "lookupKey"),
    ("recommendations", 0, "lookupKey", "CYP2D6"),
]


@settings(max_examples=300, deadline=None)
@given(place=st.sampled_from(PLACES), value=JSON)
def test_no_value_in_any_place_ends_in_a_traceback(tmp_path_factory, place, value):
    content = package()
    inner = content
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    folder = write(tmp_path_factory.mktemp("g") / "g", content)
    try:
        guidance = load_guidance([str(folder)])
    except GenostratError:
        return
    for topic in guidance.topics:
        for entry in topic.entries:
            assert entry.text.isprintable()
