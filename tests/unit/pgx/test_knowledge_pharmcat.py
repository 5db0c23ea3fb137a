"""A directory of PharmCAT's files as the knowledge base, small and damaged ones."""

import json
from pathlib import Path

import pytest

from genostrat.errors import GenostratError
from genostrat.pgx.knowledge.conventions import apply_tags
from genostrat.pgx.knowledge.files import read_object
from genostrat.pgx.knowledge.loading import digest, load_knowledge
from genostrat.pgx.knowledge.pharmcat import pharmcat_files, read_definition
from genostrat.provenance import knowledge_files

REAL = Path("../shared/data/pgx_cpic_tables/pharmcat")


def variant(position, ref, alts, **spelling):
    sequences = [ref, *alts]
    spelling = spelling or {text: text for text in sequences}
    return {
        "chromosome": "chr7",
        "position": position,
        "rsid": f"rs{position}",
        "cpicToVcfAlleleMap": spelling,
        "ref": ref,
        "alts": alts,
    }


def allele(name, *cells, reference=False, structural=False):
    return {
        "name": name,
        "alleles": list(cells),
        "reference": reference,
        "structuralVariant": structural,
    }


def definition():
    return {
        "gene": "CYP3A5",
        "version": "2030-01-01",
        "chromosome": "chr7",
        "genomeBuild": "GRCh38.p14",
        "variants": [
            # In another order than that of the genome.
            variant(99672916, "T", ["C"]),
            variant(99652770, "T", ["TA"], A="T", AA="TA"),
            variant(99665212, "C", ["T", "G"]),
        ],
        "namedAlleles": [
            allele("*3", "C", None, None),
            allele("*1", "T", "T", "C", reference=True),
            allele("*6", None, None, "K"),
            allele("*7", None, "AA", "Y"),
            allele("*9", None, None, None, structural=True),
        ],
        "hiddenCoreAlleles": [],
        "suballelesMap": {},
    }


def phenotype():
    def diplotype(text, **counts):
        return {"diplotypekey": counts, "phenotype": text, "activityScore": None}

    return {
        "gene": "CYP3A5",
        "version": "2030-01-01",
        "namedAlleles": [
            {"name": "*1", "activityValue": None, "functionValue": "Normal function"},
            {"name": "*3", "activityValue": "0.0", "functionValue": "No function"},
        ],
        "diplotypes": [
            diplotype("Normal Metabolizer", **{"*1": 2}),
            diplotype("Intermediate Metabolizer", **{"*3": 1, "*1": 1}),
        ],
    }


@pytest.fixture
def folder(tmp_path):
    return write(tmp_path, definition(), phenotype())


def write(folder, definition, phenotype=None, exemptions=None):
    for name in ("definition", "phenotype"):
        (folder / name).mkdir(exist_ok=True)
    path = folder / "definition" / f"{definition.get('gene', 'x')}_translation.json"
    path.write_text(json.dumps(definition))
    if phenotype is not None:
        (folder / "phenotype" / "CYP3A5.json").write_text(json.dumps(phenotype))
    if exemptions is not None:
        (folder / "definition/exemptions.json").write_text(json.dumps(exemptions))
    return folder


def load(folder):
    return load_knowledge(folder, build="GRCh38")


def bits(gene, name):
    row = [item.name for item in gene.alleles].index(name)
    return gene.allowed[row].tolist()


def test_definitions_become_a_gene(folder):
    knowledge = load(folder)
    assert (knowledge.source, knowledge.version) == ("PharmCAT", "2030-01-01")
    gene = knowledge.genes["CYP3A5"]
    assert [p.position for p in gene.positions] == [99652770, 99665212, 99672916]
    assert gene.reference == "*1"
    # Columns: TA repeat (T, TA), C/T/G, T/C. Null is the reference allele's base.
    assert bits(gene, "*1") == [0b01, 0b001, 0b01]
    assert bits(gene, "*3") == [0b01, 0b001, 0b10]
    assert bits(gene, "*6") == [0b01, 0b110, 0b01], "K allows G and T"
    assert bits(gene, "*7") == [0b10, 0b011, 0b01], "Y allows C, the base of *1, and T"
    assert bits(gene, "*9") == [0, 0, 0]
    by_name = {item.name: item for item in gene.alleles}
    assert by_name["*6"].core == {(1, 1), (1, 2)}
    assert by_name["*7"].core == {(0, 1)}, "where *1's base is allowed is no core"
    assert by_name["*9"].is_structural
    assert by_name["*3"].activity == 0
    assert gene.effects[("*1", "*3")].phenotype == "Intermediate Metabolizer"
    assert any("diplotypes have no phenotype" in text for text in knowledge.findings)


def test_another_build_is_refused(folder):
    with pytest.raises(GenostratError, match="GRCh38 only") as caught:
        load_knowledge(folder, build="GRCh37")
    assert "set pgx.knowledge to pypgx" in str(caught.value)


def test_phenotypes_that_are_missing_come_from_pypgx(tmp_path):
    knowledge = load(write(tmp_path, definition()))
    gene = knowledge.genes["CYP3A5"]
    assert gene.effects[("*1", "*3")].phenotype == "Intermediate Metabolizer"
    told = "pypgx's are used for the 5 of 5 alleles"
    assert any(told in text for text in knowledge.findings)
    other = definition() | {"gene": "XYZ1"}
    knowledge = load(write(tmp_path, other))
    assert knowledge.genes["XYZ1"].method == "none"
    assert any("XYZ1: there is no file of phen" in text for text in knowledge.findings)


def test_phenotypes_without_a_definition_are_reported(folder):
    record = phenotype() | {"gene": "MT-RNR1"}
    (folder / "phenotype" / "MT_RNR1.json").write_text(json.dumps(record))
    assert any(f.startswith("MT-RNR1: there are phen") for f in load(folder).findings)


def test_exemptions_leave_out_and_prefer(tmp_path):
    exemptions = {
        "CYP3A5": {
            "requiredPositions": [99672916],
            "ignoredPositions": [variant(99652770, "T", ["TA"])],
            "ignoredAlleles": ["*9"],
            "unphasedDiplotypePriorities": [
                {"list": ["*6/*1", "*3/*7"], "pick": "*6/*1"}
            ],
        }
    }
    knowledge = load(write(tmp_path, definition(), phenotype(), exemptions))
    gene = knowledge.genes["CYP3A5"]
    assert [p.position for p in gene.positions] == [99665212, 99672916]
    assert gene.required == (1,)
    assert "*9" not in {item.name for item in gene.alleles}
    assert gene.picks == {
        frozenset({("*1", "*6"), ("*3", "*7")}): ("*1", "*6"),
    }
    # The ignored variant shares its position with nothing; one with another REF stays.
    exemptions["CYP3A5"]["ignoredPositions"] = [variant(99652770, "TA", ["T"])]
    gene = load(write(tmp_path, definition(), phenotype(), exemptions)).genes["CYP3A5"]
    assert len(gene.positions) == 3


def test_an_allele_that_an_ignored_position_made_is_left_out(tmp_path):
    record = definition()
    record["namedAlleles"].append(allele("*8", None, "AA", None))
    exemptions = {"CYP3A5": {"ignoredPositions": [variant(99652770, "T", ["TA"])]}}
    knowledge = load(write(tmp_path, record, phenotype(), exemptions))
    assert "*8" not in {item.name for item in knowledge.genes["CYP3A5"].alleles}
    assert any("*8 is ignored" in text for text in knowledge.findings)


def test_subtypes_give_way_to_their_core_allele(tmp_path):
    record = definition()
    record["namedAlleles"] += [allele("*45.001", None, None, "T")]
    record["hiddenCoreAlleles"] = [allele("*45", None, None, "Y")]
    record["suballelesMap"] = {"*45.001": "*45"}
    gene = load(write(tmp_path, record, phenotype())).genes["CYP3A5"]
    names = {item.name for item in gene.alleles}
    assert "*45" in names
    assert "*45.001" not in names


def test_a_reference_base_that_pypgx_knows_otherwise_is_reported(tmp_path):
    record = definition()
    record["variants"][0] = variant(99672916, "C", ["T"])
    record["namedAlleles"][0]["alleles"][0] = "C"
    findings = load(write(tmp_path, record, phenotype())).findings
    assert "CYP3A5: REF has C at 7:99672916, where pypgx has T" in findings


def test_the_digest_depends_on_every_file(folder):
    first = digest(folder)
    assert first == digest(folder) == load(folder).sha256
    path = folder / "phenotype/CYP3A5.json"
    path.write_text(path.read_text() + " ")
    assert digest(folder) != first != digest("pypgx")


def test_the_files_that_are_read_are_the_workflow_s_inputs(tmp_path):
    folder = write(tmp_path, definition(), phenotype(), {})
    cohort = {"genotypes": {}, "pgx": {"knowledge": str(folder)}}
    assert sorted(knowledge_files(cohort)) == sorted(map(str, pharmcat_files(folder)))
    assert len(knowledge_files(cohort)) == 3
    # A folder that is not there is missed by the name of a file in it.
    cohort["pgx"]["knowledge"] = str(tmp_path / "nowhere")
    (missed,) = knowledge_files(cohort)
    assert not Path(missed).exists()
    assert knowledge_files(cohort | {"genotypes": None}) == []
    assert knowledge_files({"genotypes": {}, "pgx": {"knowledge": "pypgx"}}) == []


def edited(*keys, value):
    record = definition()
    inner = record
    for key in keys[:-1]:
        inner = inner[key]
    inner[keys[-1]] = value
    return record


@pytest.mark.parametrize(
    ("record", "told"),
    [
        (edited("gene", value="../../etc/passwd"), "a gene symbol"),
        (edited("gene", value=None), "column gene"),
        (edited("genomeBuild", value="GRCh37"), "column genomeBuild"),
        (edited("chromosome", value="chrUn_1"), "chr1 to chrM"),
        (edited("variants", value={}), "a list"),
        (edited("variants", 0, value=7), "an object"),
        (edited("variants", 0, "position", value="1"), "a whole number"),
        (edited("variants", 0, "position", value=True), "a whole number"),
        (edited("variants", 0, "position", value=-5), "1 to 159,345,973"),
        (edited("variants", 0, "ref", value="<DEL>"), "sequences of A C G T"),
        (edited("variants", 0, "alts", value=["T"]), "different sequences"),
        (edited("variants", 0, "alts", value=[["C"]]), "different sequences"),
        (edited("variants", 0, "cpicToVcfAlleleMap", value={"x": "GG"}), "T, C"),
        (edited("namedAlleles", 0, "alleles", value=["C"]), "*3.alleles"),
        (edited("namedAlleles", 0, "alleles", 0, value="G"), "*3 at 7:99672916"),
        (edited("namedAlleles", 0, "alleles", 0, value=["C"]), "*3 at 7:99672916"),
        (edited("namedAlleles", 1, "reference", value=False), "0 reference alleles"),
        (edited("namedAlleles", 0, "reference", value=True), "2 reference alleles"),
        (edited("namedAlleles", 0, "name", value="*1"), "names once"),
        (edited("namedAlleles", 0, "name", value="a/b"), "without / and |"),
        (edited("namedAlleles", 0, "name", value="a\tb"), "printable"),
        (edited("namedAlleles", 0, "name", value="a" * 300), "at most 200"),
        (edited("namedAlleles", 1, "alleles", 0, value=None), "*1 at 7:99672916"),
    ],
)
def test_definitions_that_cannot_be_are_refused(tmp_path, record, told):
    write(tmp_path, record | {"gene": "CYP3A5"})
    path = tmp_path / "definition/CYP3A5_translation.json"
    path.write_text(json.dumps(record))
    with pytest.raises(GenostratError) as caught:
        load(tmp_path)
    assert told in str(caught.value)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"gene": "CYP3A5", "varia', "not whole JSON"),
        ("", "not whole JSON"),
        ("[1, 2]", "an object"),
        ("[" * 100_000, "nested too deeply"),
        ('{"gene": NaN}', "NaN"),
        ('{"n": ' + "9" * 5000 + "}", "not sound JSON"),
    ],
)
@pytest.mark.parametrize("where", ["definition/CYP3A5_translation", "phenotype/CYP3A5"])
def test_damaged_json_is_refused_with_its_place(folder, text, told, where):
    path = folder / f"{where}.json"
    path.write_text(text)
    with pytest.raises(GenostratError) as caught:
        load(folder)
    assert told in str(caught.value)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("value", ["high", -1, 1e9, "nan", [1], "1e400", {"a": 1}])
def test_activities_that_are_no_numbers_are_refused(tmp_path, value):
    record = phenotype()
    record["namedAlleles"][0]["activityValue"] = value
    with pytest.raises(GenostratError, match="a number from 0 to 100"):
        load(write(tmp_path, definition(), record))


def test_a_diplotype_of_three_is_refused(tmp_path):
    record = phenotype()
    record["diplotypes"][0]["diplotypekey"] = {"*1": 2, "*3": 1}
    with pytest.raises(GenostratError, match="one or two alleles"):
        load(write(tmp_path, definition(), record))


def test_a_folder_without_definitions_is_refused(tmp_path):
    with pytest.raises(GenostratError, match="no allele definitions"):
        load(tmp_path)
    with pytest.raises(GenostratError, match="no allele definitions"):
        load(tmp_path / "nowhere")


def test_a_file_that_is_no_file_or_too_large_is_refused(folder, monkeypatch):
    monkeypatch.setattr("genostrat.pgx.knowledge.files.MAX_BYTES", 100)
    with pytest.raises(GenostratError, match="larger than any file"):
        digest(folder)
    (folder / "definition/TPMT_translation.json").mkdir()
    monkeypatch.undo()
    with pytest.raises(GenostratError, match="a folder or device"):
        load(folder)


@pytest.mark.skipif(not REAL.is_dir(), reason="CPIC's tables are not here")
def test_pypgx_and_pharmcat_define_the_same_alleles():
    """Two sources that were put together apart agree on what alleles carry."""
    known = load_knowledge("pypgx", build="GRCh38").genes
    shared = "TPMT NUDT15 CYP2C19 CYP2C9 CYP3A5 CYP4F2 SLCO1B1 DPYD CYP2B6 CYP3A4"
    differing = {}
    for name in shared.split():
        path = REAL / f"definition/{name}_translation.json"
        theirs = own(apply_tags(read_definition(read_object(path), path=path)[0]))
        ours = own(known[name])
        common = sorted(set(ours) & set(theirs))
        assert len(common) > 5
        differing[name] = {item for item in common if ours[item] != theirs[item]}
    assert {name: odd for name, odd in differing.items() if odd} == {
        # PharmCAT fills what CPIC leaves open in *16, *30 and *34 with *38's base, and
        # allows either base where suballeles differ.
        "CYP2C19": {"*16", "*2", "*30", "*34", "*35", "*4"},
        "CYP2C9": {"*36"},
        # PharmCAT has one more allele, with the intronic variant alone.
        "DPYD": {"c.1129-5923C>G, c.1236G>A (HapB3)"},
        "SLCO1B1": {"*45"},
        # pypgx writes *17 as two indels; they stand as synonyms.
        "CYP2B6": {"*17", "*18"},
    }


def own(gene):
    """Return allele → places where it may differ from the genome, and how."""
    return {
        allele.name: {
            (position.position, position.ref, position.sequences[number], bits & 1)
            for bits, position in zip(row.tolist(), gene.positions, strict=True)
            for number in range(1, len(position.sequences))
            if bits >> number & 1
        }
        for row, allele in zip(gene.allowed, gene.alleles, strict=True)
        if not allele.is_structural
    }


@pytest.mark.parametrize(
    ("other", "version", "n_said"),
    [("2030-01-01", "2030-01-01", 0), ("2029-05-05", "2029-05-05, 2030-01-01", 1)],
)
def test_definitions_of_several_versions_are_said(folder, other, version, n_said):
    write(folder, definition() | {"gene": "CYP3A4", "version": other})
    knowledge = load(folder)
    assert knowledge.version == version
    said = [text for text in knowledge.findings if "versions" in text]
    assert said == ["The definitions are of 2 different versions"] * n_said
