"""The sources of knowledge: one object each, from which all else derives."""

import pytest

from genostrat.catalogues.knowledge_sources import (
    PHARMCAT,
    SOURCES,
    find_definitions,
    find_guidance,
)
from genostrat.errors import GenostratError
from genostrat.home import resource
from genostrat.pgx.guidance.sources import loading as guidance
from genostrat.pgx.knowledge import loading as definitions
from genostrat.provenance import guidance_files, guidance_resources, knowledge_files


def test_every_source_is_read_by_a_module_of_its_own():
    for readers, names in (
        (definitions.READERS, {s.name for s in SOURCES if s.definitions}),
        (guidance.READERS, {s.name for s in SOURCES if s.guidance}),
    ):
        assert set(readers) == names
        assert len({id(reader) for reader in readers.values()}) == len(readers)


def test_words_mean_one_source_and_come_with_files_that_exist():
    for source in SOURCES:
        for origin, find in (
            (source.definitions, find_definitions),
            (source.guidance, find_guidance),
        ):
            if origin is None:
                continue
            assert bool(origin.word) != bool(origin.patterns)
            if origin.word:
                assert find(origin.word) == (source, origin)
            assert all(resource(name).is_file() for name in origin.resources)


def test_a_path_means_the_source_whose_files_it_has(tmp_path):
    folder = tmp_path / "definition"
    folder.mkdir()
    file = folder / "ABCG2_translation.json"
    file.write_text("{}")
    (folder / "notes.json").write_text("{}")
    source, origin = find_definitions(tmp_path)
    assert source is PHARMCAT
    assert origin.find_files(tmp_path) == [file]


def test_files_that_are_missed_have_a_name(tmp_path):
    def cohort(path):
        return {
            "genotypes": {},
            "pgx": {"knowledge": str(path), "guidance": ["genostrat", str(path)]},
        }

    absent = tmp_path / "absent"
    assert knowledge_files(cohort(absent)) == [
        f"{absent}/definition/*_translation.json"
    ]
    assert guidance_files(cohort(absent)) == [str(absent)]
    single = str(tmp_path / "prescribing_guidance.json")
    assert guidance_files(cohort(tmp_path)) == [single]
    assert len(guidance_resources(cohort(tmp_path))) == 2


def test_a_build_that_a_source_does_not_serve_is_refused_before_it_is_read(tmp_path):
    with pytest.raises(GenostratError) as caught:
        definitions.load_knowledge(tmp_path, build="GRCh37")
    assert "PharmCAT serve GRCh38 only" in str(caught.value)
    assert "set pgx.knowledge to pypgx" in str(caught.value)
