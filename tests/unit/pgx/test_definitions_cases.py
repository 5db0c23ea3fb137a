"""Every allele of twelve genes, in patients written as VCF, called and held against
what the definitions allow (``pgx_cases.Truth``)."""

import pytest
from pgx_cases import (
    GENES,
    Truth,
    make_case,
    missing_cases,
    pair_cases,
    read_text,
    write_cases,
)

from genostrat.pgx.calling import call_diplotypes
from genostrat.pgx.knowledge.loading import choose_genes, load_knowledge
from genostrat.pgx.matching.rows import CallPolicy

BUILDS = ("GRCh37", "GRCh38")


@pytest.fixture(scope="module", params=BUILDS)
def knowledge(request):
    return load_knowledge("pypgx", build=request.param)


#: What every textbook says two unphased variants may be, and what phase settles.
TIES = {
    "TPMT": ("*1", "*3A", {("*1", "*3A"), ("*3B", "*3C")}),
    "UGT1A1": ("*1", "*80+*28", {("*1", "*80+*28"), ("*28", "*80")}),
    "CYP4F2": ("*1", "*4", {("*1", "*4"), ("*2", "*3")}),
    "SLCO1B1": ("*1", "*15", {("*1", "*15"), ("*37", "*5")}),
    "CYP3A5": ("*3", "*6", {("*3", "*6")}),
}


@pytest.mark.parametrize("name", TIES)
def test_the_truth_that_calls_are_held_against_is_the_textbook_s(knowledge, name):
    first, second, possible = TIES[name]
    gene = knowledge.genes[name]
    truth = Truth(gene)
    unphased = make_case(gene, first, second, phased=False)
    phased = make_case(gene, first, second, phased=True)
    assert truth.diplotypes(unphased) == possible
    assert truth.diplotypes(phased) == {tuple(sorted((first, second)))}


def call(cases, name, knowledge, folder, **writing):
    """Write the cases, read them back, and call the gene; rows by sample."""
    gene = knowledge.genes[name]
    text = write_cases(gene, cases, build=knowledge.build, **writing)
    records = read_text(text, folder, genes=[gene], build=knowledge.build)
    calls = call_diplotypes(
        records,
        choose_genes(knowledge, genes=[name]),
        samples=[case.name for case in cases],
        sexes={},
        policy=CallPolicy(),
    )
    longer = calls.alternatives.groupby("explanation")["diplotype"].agg(set).to_dict()
    rows = calls.diplotypes.set_index("sample_id").to_dict("index")
    return {sample: row | {"all": told(row, longer)} for sample, row in rows.items()}


def told(row, longer):
    """Return every diplotype that a row leaves open, a sorted tuple of names each."""
    texts = {row["diplotype"], *row["alternatives"].split("|")}
    texts |= longer.get(row["explanation"], set())
    return {tuple(sorted(text.split("/"))) for text in texts if text}


@pytest.mark.parametrize("name", GENES)
def test_every_pair_of_alleles_is_called(knowledge, name, tmp_path):
    # The builds differ in where REF is the variant; the writing may as well.
    split = knowledge.build == "GRCh38"
    gene = knowledge.genes[name]
    truth, cases = Truth(gene), pair_cases(gene)
    rows = call(cases, name, knowledge, tmp_path, split=split)
    wrong = []
    for case in cases:
        row, possible = rows[case.name], truth.diplotypes(case)
        own = tuple(sorted(case.alleles))
        assert own in possible, "the truth must hold what was planted"
        status = "ambiguous" if truth.is_ambiguous(case) else "called"
        wanted = (possible, status, "exact", case.phased or is_ordered(case))
        got = (row["all"], row["status"], row["match"], row["phased"])
        if got != wanted:
            wrong.append((case.alleles, case.phased, got, wanted))
        elif row["phenotype"] != truth.phenotype(
            tuple(sorted((row["allele_1"], row["allele_2"])))
        ):
            wrong.append((case.alleles, row["phenotype"]))
    assert wrong == []


def is_ordered(case):
    """Say whether phase cannot matter: at most one position differs."""
    return (case.genotype[:, 0] != case.genotype[:, 1]).sum() <= 1


@pytest.mark.parametrize("name", GENES)
def test_a_missing_position_leaves_open_what_it_could_change(knowledge, name, tmp_path):
    gene = knowledge.genes[name]
    truth, cases = Truth(gene), missing_cases(gene)
    filled = {case.name: list(case.filled(gene)) for case in cases}
    everybody = {own.name: own for owns in filled.values() for own in owns}
    rows = call([*cases, *everybody.values()], name, knowledge, tmp_path)
    wrong = []
    for case in cases:
        row, told = rows[case.name], [rows[own.name] for own in filled[case.name]]
        place = case.genotype[:, 0].argmin()
        assert row["missing_positions"] == gene.positions[place].name
        assert row["n_assayed"] == len(gene.positions) - 1
        if len(gene.positions) == 1:
            assert row["status"] == "not_called"
            continue
        called = {(own["status"], phenotype_of(own, gene)) for own in told}
        status = "called" if len(called) == 1 and told[0]["status"] == "called" else ""
        listed = set().union(*(own["all"] for own in told))
        if row["status"] != (status or "ambiguous"):
            wrong.append((case.name, case.alleles, row["status"], called))
        if not listed | truth.diplotypes(case) <= row["all"]:
            wrong.append((case.name, case.alleles, listed - row["all"]))
    assert wrong == []


def phenotype_of(row, gene):
    """Return a row's phenotype; its diplotype where the gene has no phenotypes."""
    return row["diplotype"] if gene.method == "none" else row["phenotype"]
