import zipfile
from dataclasses import replace

import pytest
from unit.pgx.pgx_fixture import make_gene, make_knowledge, tpmt_like

from genostrat.errors import GenostratError
from genostrat.pgx.definitions import Band
from genostrat.pgx.matching.rows import Row
from genostrat.pgx.outside import files as outside_files
from genostrat.pgx.outside.calls import OutsideCall, read_outside_calls
from genostrat.pgx.outside.merging import merge_calls
from genostrat.pgx.outside.names import (
    find_outside_effect,
    find_unknown,
    normalise_diplotype,
    normalise_phenotype,
)


def cyp2d6():
    return make_gene(
        [(100, "C", ["T"])],
        [
            ("*1", {}, "Normal Function", 1.0),
            ("*2", {}, "Normal Function", 1.0),
            ("*4", {0: [1]}, "No Function", 0.0),
            ("*5", {}, "No Function", 0.0),
            ("*10", {}, "Decreased Function", 0.25),
            ("*36", {}, "No Function", 0.0),
        ],
        name="CYP2D6",
        bands=(
            Band("poor", 0.0, 0.25),
            Band("intermediate", 0.25, 1.25),
            Band("normal", 1.25, 2.5),
            Band("ultrarapid", 2.5, float("inf")),
        ),
        because="copies are not seen in genotypes",
    )


def hla():
    return make_gene([], [], name="HLA-B", because="not seen in genotypes")


KNOWLEDGE = make_knowledge(cyp2d6(), hla(), tpmt_like(name="TPMT"))
SAMPLES = ["a", "b", "001"]


def read(path, form, text=None):
    if text is not None:
        path.write_text(text)
    source = {"path": str(path), "format": form}
    return read_outside_calls([source], knowledge=KNOWLEDGE, samples=SAMPLES)


def summary(calls):
    return [(call.sample, call.gene, call.diplotypes) for call in calls]


@pytest.mark.parametrize(
    ("text", "names", "score", "phenotype"),
    [
        ("*1/*4", ("*1", "*4"), 1.0, "intermediate"),
        ("CYP2D6*4/CYP2D6*1", ("*1", "*4"), 1.0, "intermediate"),
        ("*1x2/*4", ("*1x2", "*4"), 2.0, "normal"),
        ("*1/*36+*10", ("*1", "*36+*10"), 1.25, "normal"),
        ("*36x2+*10/*5", ("*5", "*36x2+*10"), 0.25, "intermediate"),
        ("*4xN/*5", ("*4xN", "*5"), 0.0, "poor"),
        # Two copies or more of a working allele beside another are ultrarapid.
        ("*1xN/*2", ("*1xN", "*2"), None, "ultrarapid"),
        ("*10x2/*10", ("*10", "*10x2"), 0.75, "intermediate"),
    ],
)
def test_structural_alleles(text, names, score, phenotype):
    gene = cyp2d6()
    found = normalise_diplotype(text, gene=gene)
    assert found == names
    effect = find_outside_effect(gene, found)
    assert (effect.phenotype, effect.activity_score) == (phenotype, score)


def test_an_unknown_number_of_copies_may_leave_the_phenotype_open():
    gene = cyp2d6()
    # Two copies of *10 beside *4 are intermediate, five are normal.
    assert find_outside_effect(gene, ["*4", "*10xN"]) is None


def test_structural_alleles_need_no_definition():
    gene = cyp2d6()
    shown = [allele for allele in gene.alleles if allele.name not in {"*5", "*36"}]
    gene = replace(gene, alleles=tuple(shown), allowed=gene.allowed[: len(shown)])
    names = normalise_diplotype("*1/*5", gene=gene)
    assert not find_unknown(names, gene=gene)
    assert find_outside_effect(gene, names).activity_score == 1.0
    assert find_outside_effect(gene, ["*1", "*36+*10"]).activity_score == 1.25
    assert find_unknown(["*1", "*55", "*4x2"], gene=gene) == ["*55"]


def test_a_table_of_a_cohort(tmp_path):
    text = (
        "sample_id\tgene\tdiplotype\tphenotype\tactivity_score\n"
        "001\tCYP2D6\t*1/*4\tIntermediate\t1.0\n"
        "a\tHLA-B\tHLA-B*57:01/*15:02\n"
        "stranger\tCYP2D6\t*1/*1\n"
        "stranger2\tCYP2D6\t*1/*1\n"
    )
    calls, findings = read(tmp_path / "calls.tsv", "pharmcat", text)
    assert summary(calls) == [
        ("001", "CYP2D6", (("*1", "*4"),)),
        ("a", "HLA-B", (("*15:02", "*57:01"),)),
    ]
    [(sentence, genes)] = findings.items()
    assert "calls of 2 samples that are not in the cohort" in sentence
    assert "stranger" not in sentence
    assert genes == ["CYP2D6", "HLA-B"]


def test_a_directory_of_samples(tmp_path):
    (tmp_path / "001.outside.tsv").write_text("# comment\nCYP2D6\t*1/*4\n\n")
    (tmp_path / "b.outside.tsv").write_text("CYP2D6\t*1x3/*4\t\t3.0\nHLA-B\t\tpositive")
    (tmp_path / "other.txt").write_text("nothing of ours")
    calls, findings = read(tmp_path, "pharmcat")
    assert summary(calls) == [
        ("001", "CYP2D6", (("*1", "*4"),)),
        ("b", "CYP2D6", (("*1x3", "*4"),)),
        ("b", "HLA-B", ()),
    ]
    assert calls[2].phenotype == "positive"
    assert not findings


def test_an_odd_quote_swallows_nothing(tmp_path):
    text = 'CYP2D6\t*1/*4\t"Poor\nHLA-B\t*57:01/*57:01\n'
    (tmp_path / "a.outside.tsv").write_text(text)
    calls, _ = read(tmp_path, "pharmcat")
    assert [call.gene for call in calls] == ["CYP2D6", "HLA-B"]


def test_cyrius(tmp_path):
    text = (
        "Sample\tGenotype\tFilter\n"
        "001\t*1/*2x2\tPASS\n"
        "a\t*1/*4;*2/*10\tMore_than_one_possible_genotype\n"
        "b\tNone\tNone\n"
    )
    calls, _ = read(tmp_path / "c.tsv", "cyrius", text)
    assert summary(calls) == [
        ("001", "CYP2D6", (("*1", "*2x2"),)),
        ("a", "CYP2D6", (("*1", "*4"), ("*2", "*10"))),
        ("b", "CYP2D6", ()),
    ]


TABLE = "\tGenotype\tPhenotype\n001\t*1/*4\tx\na\tIndeterminate\ty\n"


def test_pypgx_archive(tmp_path):
    path = tmp_path / "results.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("tmp1/metadata.txt", "Gene=CYP2D6\nSemanticType=x\n")
        archive.writestr("tmp1/data.tsv", TABLE)
        archive.writestr("../../escape.txt", "evil")
    calls, _ = read(path, "pypgx")
    assert summary(calls) == [
        ("001", "CYP2D6", (("*1", "*4"),)),
        ("a", "CYP2D6", ()),
    ]
    assert sorted(item.name for item in tmp_path.iterdir()) == ["results.zip"]
    by_name, _ = read(tmp_path / "CYP2D6-results.tsv", "pypgx", TABLE)
    assert summary(by_name) == summary(calls)


def test_an_archive_that_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(outside_files, "MAX_BYTES", 2**20)
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x/data.tsv", b"0" * 2**24)
    with pytest.raises(GenostratError, match="larger than any table"):
        read(path, "pypgx")
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(30):
            archive.writestr(f"{number}/data.tsv", "")
    with pytest.raises(GenostratError, match="more than 20 entries"):
        read(path, "pypgx")
    path.write_bytes(b"PK\x03\x04 not really")
    with pytest.raises(GenostratError, match="damaged or cut short"):
        read(path, "pypgx")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        # Suballeles share the function of their allele.
        ("*4.001/*10.002", ("*4", "*10")),
        ("CYP2D6*4.021/CYP2D6*1.001", ("*1", "*4")),
        ("*10.001x2/*4.021.ALDY", ("*4", "*10x2")),
        # Copies: PharmCAT, Cyrius, StarPhase.
        ("*1/*2x≥3", ("*1", "*2x≥3")),
        ("*1/*2x>=3", ("*1", "*2x≥3")),
        ("*1≥3/*4", ("*1x≥3", "*4")),
        ("*1/*2×2", ("*1", "*2x2")),
        ("*1/*2x3+", ("*1", "*2x≥3")),
        # Tandems, with blanks and brackets: Aldy, StarPhase, StellarPGx.
        ("*1 / *36 + *10", ("*1", "*36+*10")),
        ("(*36.001x2 + *10.002)/*1", ("*1", "*36x2+*10")),
        ("*1+*1/*4", ("*1+*1", "*4")),
        ("1/4", ("*1", "*4")),
        # Several alleles' variants on one chromosome: PharmCAT.
        ("[*10 + *4]/*1", ("*1", "[*4 + *10]")),
    ],
)
def test_names_as_tools_write_them(text, names):
    gene = cyp2d6()
    found = normalise_diplotype(text, gene=gene)
    assert found == names
    assert not find_unknown(found, gene=gene)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("B*57:01/B*07:02", ("*07:02", "*57:01")),
        ("HLA-B*57:01:01:01/*07:02", ("*07:02", "*57:01:01:01")),
        ("B*5701", ("*57:01",)),
        ("57:01/15:02", ("*15:02", "*57:01")),
        ("B*57:01:01G/B*15:10N", ("*15:10N", "*57:01:01G")),
    ],
)
def test_hla_as_tools_write_it(text, names):
    found = normalise_diplotype(text, gene=hla())
    assert found == names
    assert not find_unknown(found, gene=hla())


@pytest.mark.parametrize("text", ["A*57:01", "B57", "*57:1", "HLA-B", "57", "*57:01?"])
def test_what_is_no_allele_of_the_gene_is_none(text):
    names = normalise_diplotype(text, gene=hla())
    assert find_unknown(names, gene=hla()) == [text]


def test_at_least_three_copies_are_three_and_more():
    gene = cyp2d6()
    assert find_outside_effect(gene, ["*1", "*2x≥3"]).phenotype == "ultrarapid"
    # Beside *4, three copies of *10 are intermediate and five normal.
    assert find_outside_effect(gene, ["*4", "*10x≥3"]) is None


@pytest.mark.parametrize(
    ("names", "score"),
    [(("*1", "[*4 + *10]"), 1.0), (("[*1 + *10]", "[*1 + *10]"), 0.5)],
)
def test_alleles_on_one_chromosome_do_not_add_up(names, score):
    assert find_outside_effect(cyp2d6(), names).activity_score == score


def test_names_that_an_allele_goes_by_as_well():
    gene = make_gene(
        [(100, "C", ["T"]), (200, "C", ["T"])],
        [
            ("Reference", {}, "", 1.0),
            ("c.1905+1G>A (*2A)", {0: [1]}, "", 0.0),
            ("c.85T>C (*9A)", {1: [1]}, "", 1.0),
        ],
        name="DPYD",
        reference="Reference",
    )
    for text in ("*2A/Reference", "c.1905+1G>A/reference", "c.1905+1G>A (*2A)"):
        assert "c.1905+1G>A (*2A)" in normalise_diplotype(text, gene=gene)


@pytest.mark.parametrize(
    ("text", "phenotype"),
    [
        ("PM", "poor metabolizer"),
        ("Poor Metaboliser", "poor metabolizer"),
        ("GENE1 Poor Metabolizers (PM)", "poor metabolizer"),
        ("EM", "normal metabolizer"),
        ("likely gene1 poor metaboliser", "likely gene1 poor metaboliser"),
        ("*57:01 positive", "*57:01 positive"),
    ],
)
def test_phenotypes_as_tools_write_them(text, phenotype):
    gene = make_gene(
        [(100, "C", ["T"])],
        [("*1", {}, "", None), ("*2", {0: [1]}, "", None)],
        effects={
            ("*1", "*1"): "normal metabolizer",
            ("*2", "*2"): "poor metabolizer",
        },
    )
    assert normalise_phenotype(text, gene=gene) == phenotype


ODD = (
    "sample_id\tgene\tdiplotype\tphenotype\tactivity_score\n"
    "001\tCYP2D6\t*1/*149\n"
    "a\tCYP2D6\t*1/*4\t\thigh\n"
    "b\tCYP2D7\t*1/*1\n"
    "b\tTPMT\t*3a/*1\n"
    "b\tHLA-B\tB57/*57:01\n"
    "a\tTPMT\t*1/*2/*3C\n"
)


def test_an_unknown_allele_stops_nobody_else_and_hints_at_no_other(tmp_path):
    calls, findings = read(tmp_path / "c.tsv", "pharmcat", ODD)
    assert summary(calls) == [
        ("001", "CYP2D6", ()),
        ("a", "CYP2D6", (("*1", "*4"),)),
        ("b", "TPMT", (("*1", "*3A"),)),
        ("b", "HLA-B", (("*57:01",),)),
        ("a", "TPMT", ()),
    ]
    assert calls[0].unread == "*149 is no allele that is known"
    assert calls[3].unread == "B57 is no allele that is known"
    text = " ".join(findings)
    for told in ("CYP2D6 *149 (line 2)", "CYP2D7 (line 4)", "HLA-B B57 (line 6)"):
        assert told in text
    assert "CYP2D6 high (line 3)" in text
    assert "*14" not in text.replace("*149", "")
    assert not any(sample in text for sample in ("001", "sample a"))
    row = merge_calls(Row(reason="copies"), calls[:1], gene=cyp2d6())
    assert (row.status, row.phenotype) == ("not_called", "")
    assert row.reason == (
        "the call of PharmCAT is not used as it is: *149 is no allele that is known;"
        " copies"
    )
    found = merge_calls(Row(), calls[3:4], gene=hla())
    assert (found.status, found.diplotype) == ("ambiguous", "*57:01")


@pytest.mark.parametrize(
    "text",
    ["NO_READS/NO_READS", "NO_MATCH", "Indeterminate", "no_call", "./.", "Unknown"],
)
def test_tools_that_made_no_call_say_so_in_many_words(tmp_path, text):
    table = f"sample_id\tgene\tdiplotype\n001\tCYP2D6\t{text}\n"
    calls, findings = read(tmp_path / "c.tsv", "pharmcat", table)
    assert (summary(calls), findings) == ([("001", "CYP2D6", ())], {})
    row = merge_calls(Row(), calls, gene=cyp2d6())
    assert (row.status, row.reason) == ("not_called", "PharmCAT made no call")


def test_half_a_call_is_none_but_for_hla(tmp_path):
    table = (
        "sample_id\tgene\tdiplotype\n"
        "001\tCYP2D6\t*4/NO_MATCH\n"
        "a\tHLA-B\tB*57:01/NO_READS\n"
    )
    (first, second), _ = read(tmp_path / "c.tsv", "pharmcat", table)
    assert (first.diplotypes, second.diplotypes) == ((), (("*57:01",),))
    assert first.unread == "one allele is given as NO_MATCH"
    assert merge_calls(Row(), [second], gene=hla()).status == "ambiguous"


def test_the_example_of_pharmcat(tmp_path):
    (tmp_path / "a.outside.tsv").write_text(
        "CYP2D6\t*1/*4\nTPMT\t\t\t2.0\nHLA-B\t\t*57:01 positive\nCYP2D6\t\t\t≥3.0\n"
    )
    calls, _ = read(tmp_path, "pharmcat")
    assert [call.activity_score for call in calls] == [None, 2.0, None, 3.0]
    row = merge_calls(Row(), calls[3:], gene=cyp2d6())
    assert (row.status, row.phenotype) == ("called", "ultrarapid")
    assert merge_calls(Row(), calls[2:3], gene=hla()).phenotype == "*57:01 positive"


def test_a_phenotype_that_is_not_ours_opens_the_call():
    mine = own(diplotype="*1/*1", allele_1="*1", allele_2="*1")
    gene = tpmt_like(name="TPMT")
    row = merge_calls(mine, [outside(phenotype="poor")], gene=gene)
    assert (row.status, row.other_phenotypes) == ("ambiguous", "poor")
    assert row.reason == "tool says poor, the genotypes say *1/*1"
    same = merge_calls(mine, [outside(phenotype="normal")], gene=gene)
    assert (same.status, same.reason) == ("called", "tool agrees")


def test_a_file_without_any_known_gene_is_refused(tmp_path):
    table = "sample_id\tgene\tdiplotype\n001\tBRCA1\t*1/*1\na\tBRCA2\t*1/*1\n"
    with pytest.raises(GenostratError, match="BRCA1, BRCA2") as caught:
        read(tmp_path / "c.tsv", "pharmcat", table)
    assert "name no gene that test knows" in str(caught.value)


@pytest.mark.parametrize("form", ["pharmcat", "pypgx", "cyrius"])
@pytest.mark.parametrize("raw", [b"", b"\xff\xfe\x00", b"a\tb\n1\t2\n"])
def test_other_files_are_refused_with_their_name(tmp_path, form, raw):
    path = tmp_path / "odd.tsv"
    path.write_bytes(raw)
    with pytest.raises(GenostratError, match=r"odd\.tsv"):
        read(path, form)


def own(**values):
    return Row(**{"status": "called", "phenotype": "normal"} | values)


def outside(*diplotypes, gene="TPMT", **values):
    return OutsideCall("a", gene, "tool", tuple(diplotypes), **values)


def test_an_outside_call_stands_where_there_is_none():
    row = merge_calls(Row(), [outside(("*1", "*4"), gene="CYP2D6")], gene=cyp2d6())
    assert (row.diplotype, row.status, row.phenotype) == (
        "*1/*4",
        "called",
        "intermediate",
    )
    assert (row.match, row.source, row.activity_score) == ("outside", "outside:tool", 1)


def test_tools_that_disagree_are_ambiguous():
    calls = [outside(("*1", "*4"), gene="CYP2D6"), outside(("*1", "*1"), gene="CYP2D6")]
    row = merge_calls(Row(), calls, gene=cyp2d6())
    assert row.status == "ambiguous"
    assert row.other_phenotypes == "normal"
    assert row.alternatives == "*1/*1"


def test_a_tool_without_a_call_leaves_the_row():
    row = merge_calls(Row(reason="why"), [outside(gene="CYP2D6")], gene=cyp2d6())
    assert row.status == "not_called"
    assert row.reason == "why; tool made no call"


def test_a_phenotype_alone_is_taken():
    call = outside(gene="HLA-B", phenotype="*57:01 positive")
    row = merge_calls(Row(), [call], gene=hla())
    assert (row.status, row.phenotype) == ("called", "*57:01 positive")


def test_conflicts_with_a_call_of_our_own_are_ambiguous():
    gene = tpmt_like(name="TPMT")
    mine = own(diplotype="*1/*1", allele_1="*1", allele_2="*1")
    row = merge_calls(mine, [outside(("*1", "*3A"))], gene=gene)
    assert (row.status, row.diplotype) == ("ambiguous", "*1/*1")
    assert row.alternatives == "*1/*3A"
    assert row.other_phenotypes == "intermediate"
    assert row.reason == "tool says *1/*3A, the genotypes say *1/*1"
    agreed = merge_calls(mine, [outside(("*1", "*1"))], gene=gene)
    assert (agreed.status, agreed.reason) == ("called", "tool agrees")


def test_a_quotation_mark_swallows_no_calls(tmp_path):
    rows = [f"{name},CYP2D6,*1/*4,\n" for name in SAMPLES[:3]]
    rows[0], rows[2] = rows[0].replace(",\n", ',"x\n'), rows[2].replace(",\n", ',x"\n')
    path = tmp_path / "calls.csv"
    path.write_text("sample_id,gene,diplotype,phenotype\n" + "".join(rows))
    source = {"path": str(path), "format": "pharmcat"}
    with pytest.raises(GenostratError, match="quoted from line 2 on ends on line 4"):
        read_outside_calls([source], knowledge=KNOWLEDGE, samples=SAMPLES)
