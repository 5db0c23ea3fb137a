"""Burden: counts of rare alleles held against counting by hand, and the rules."""

import numpy as np
import pandas as pd
import pytest

from genostrat.errors import GenostratError
from genostrat.genotypes.annotations import annotation_path
from genostrat.genotypes.store import Store, write_contig
from genostrat.profile.burden import Rules, burden_layer, count_burden
from genostrat.profile.burden_genes import annotated_genes, mapped_genes, read_genes
from genostrat.sheets.gene_map import read_gene_map
from genostrat.tables import write_parquet

RULES = Rules(
    features=["genes", "sets"],
    classes=["lof", "missense"],
    high_confidence=True,
    max_af=0.25,
    min_carriers=1,
    max_missing=0.5,
)


def rules(**changes):
    return Rules(**(RULES.__dict__ | changes))


def make_store(folder, contigs, *, n_samples):
    """Write a store from contig → rows of (position, ref, alt, calls, notes).

    Notes are (gene, consequence[, lof[, frequency]]).
    """
    samples = [f"s{i}" for i in range(n_samples)]
    for contig, rows in contigs.items():
        calls = np.array([row[3] for row in rows], np.int8).reshape(-1, n_samples)
        write_contig(
            folder,
            contig,
            blocks=[calls],
            n_variants=len(rows),
            pvar_lines=[
                f"{contig}\t{p}\t{contig}:{p}:{r}:{a}\t{r}\t{a}\t.\tPASS"
                for p, r, a, _, _ in rows
            ],
            samples=samples,
            sexes=[""] * n_samples,
        )
        notes = [
            (number, note[0], note[0], *note[1:], *("", np.nan)[len(note) - 2 :])
            for number, row in enumerate(rows)
            for note in row[4]
        ]
        columns = ["variant", "gene", "gene_id", "consequence", "lof", "frequency"]
        table = pd.DataFrame(notes, columns=columns)
        if len(table):
            for name in ("gene", "gene_id", "consequence", "lof"):
                table[name] = pd.Categorical(table[name])
            write_parquet(
                annotation_path(folder, contig),
                table,
                entry="genotypes/store/<contig>.annotations.parquet",
            )
    return Store(folder)


def count(store, *, rules=RULES, keep=None, unrelated=None, sets=None, **more):
    keep = store.samples if keep is None else keep
    return count_burden(
        store,
        keep=keep,
        unrelated=keep if unrelated is None else unrelated,
        rules=rules,
        gene_sets=sets or {},
        **more,
    )


def column(burden, name):
    values = burden.values.set_index("sample_id")[name]
    return [None if np.isnan(value) else value for value in values]


MISSENSE, STOP, SILENT = "missense_variant", "stop_gained", "synonymous_variant"


def test_alleles_are_counted_as_by_hand(tmp_path):
    store = make_store(
        tmp_path,
        {
            "1": [
                (10, "A", "C", [1, 0, 0, 0, 0, 0], [("G1", MISSENSE)]),
                (20, "A", "C", [1, 0, 2, 0, 0, 0], [("G1", STOP), ("G2", MISSENSE)]),
                (30, "A", "C", [0, 1, 0, 0, 0, 0], [("G1", SILENT), ("G2", STOP)]),
                (40, "A", "C", [0, 0, 0, 1, 0, 0], [("G2", "intron_variant")]),
                (50, "A", "C", [2, 2, 2, 2, 2, 1], [("G1", STOP)]),  # common
                (60, "A", "C", [0, 0, 0, 0, 0, 0], [("G3", STOP)]),  # nobody has it
            ],
            "X": [(5, "A", "C", [0, 0, 0, 0, 2, 0], [("G4", STOP), ("", SILENT)])],
        },
        n_samples=6,
    )
    burden = count(store, sets={"S12": ["G1", "G2", "G9"], "S4": ["G4"], "S0": ["G8"]})
    assert column(burden, "G1") == [2, 0, 2, 0, 0, 0]
    assert column(burden, "G2") == [1, 1, 2, 0, 0, 0]
    assert column(burden, "G4") == [0, 0, 0, 0, 2, 0]
    # a variant of two genes of a set is one variant
    assert column(burden, "S12") == [2, 1, 2, 0, 0, 0]
    assert list(burden.values) == ["sample_id", "G1", "G2", "G4", "S12", "S4"]
    genes = burden.genes.set_index("gene")
    assert genes["n_variants"].to_dict() == {"G1": 4, "G2": 3, "G3": 1, "G4": 1}
    assert genes["n_qualifying"].to_dict() == {"G1": 2, "G2": 2, "G3": 0, "G4": 1}
    assert genes["n_carriers"].to_dict() == {"G1": 2, "G2": 3, "G3": 0, "G4": 1}
    assert genes["status"].to_dict()["G3"] == "no_qualifying"
    sets = burden.sets.set_index("gene_set")
    assert sets.loc["S12"].to_dict() == {
        "n_qualifying": 3,
        "n_carriers": 3,
        "missing_rate": 0,
        "status": "used",
        "n_genes": 3,
        "n_found": 2,
        "not_found": "G9",
    }
    assert sets.loc["S0", "status"] == "no_qualifying"


def test_random_stores_are_counted_as_a_loop_would(tmp_path):
    rng = np.random.default_rng(5)
    n_samples, genes = 30, [f"G{i}" for i in range(12)]
    terms = [MISSENSE, STOP, SILENT, "inframe_deletion"]
    contigs = {}
    for contig in ("1", "2", "X"):
        rows = []
        for number in range(1500 if contig == "1" else 60):
            p = rng.choice([0.002, 0.02, 0.1])
            calls = rng.choice([0, 1, 2, -9], n_samples, p=[0.95 - 2 * p, p, p, 0.05])
            chosen = rng.choice(genes, rng.integers(0, 3), replace=False)
            notes = [
                (
                    str(gene),
                    str(rng.choice(terms)),
                    str(rng.choice(["", "HC", "LC", "none"])),
                    float(rng.choice([np.nan, 0.0001, 0.3])),
                )
                for gene in chosen
            ]
            rows.append((number * 10 + 5, "A", "C", calls, notes))
        contigs[contig] = rows
    store = make_store(tmp_path, contigs, n_samples=n_samples)
    keep = [f"s{i}" for i in rng.permutation(n_samples)[:24]]
    unrelated = keep[:17]
    sets = {"A": genes[:4], "B": genes[2:9]}
    chosen = rules(max_af=0.03, max_missing=0.08, min_carriers=3)
    burden = count(store, rules=chosen, keep=keep, unrelated=unrelated, sets=sets)
    place = {name: int(name[1:]) for name in keep}
    qualifying = {name: [] for name in genes}
    for contig, rows in contigs.items():
        for row in rows:
            calls = np.array(row[3])
            own = [calls[place[name]] for name in unrelated]
            called = [call for call in own if call >= 0]
            carried = any(calls[place[name]] > 0 for name in keep)
            rare = called and sum(called) / (2 * len(called)) <= 0.03
            for gene, term, lof, frequency in row[4]:
                lost = term == STOP and lof in ("", "HC")
                if rare and carried and (lost or term == MISSENSE) and frequency != 0.3:
                    qualifying[gene].append((contig, row[0], calls))
    members = {}
    for name, own in ({gene: [gene] for gene in genes} | sets).items():
        seen = {v[:2]: v[2] for gene in own for v in qualifying[gene]}
        members[name] = list(seen.values())
    told = pd.concat(
        [burden.genes.set_index("gene"), burden.sets.set_index("gene_set")]
    )
    for name, variants in members.items():
        assert told.loc[name, "n_qualifying"] == len(variants)
        n_carriers = sum(any(v[place[s]] > 0 for v in variants) for s in unrelated)
        assert told.loc[name, "n_carriers"] == n_carriers
        assert (told.loc[name, "status"] == "used") == (n_carriers >= 3)
        if n_carriers < 3:
            continue
        for sample, value in burden.values.set_index("sample_id")[name].items():
            calls = [v[place[sample]] for v in variants]
            n_missing = sum(call < 0 for call in calls)
            if n_missing > 0.08 * len(calls):
                assert np.isnan(value)
            else:
                assert value == sum(max(call, 0) for call in calls)
    assert burden.values.isna().to_numpy().any()
    assert burden.values["sample_id"].tolist() == [
        s for s in store.samples if s in set(keep)
    ]


@pytest.mark.parametrize(
    ("max_af", "qualifies"), [(0.05, True), (0.0499999, False), (0.1, True), (0, False)]
)
def test_a_frequency_at_the_border_is_not_beyond_it(tmp_path, max_af, qualifies):
    # one copy among ten unrelated patients is 0.05; a relative's copies do not count
    calls = [1] + [0] * 9 + [2, 2]
    rows = [(10, "A", "C", calls, [("G1", STOP)])]
    rows.append((20, "A", "C", [0] * 11 + [1], [("G2", STOP)]))
    store = make_store(tmp_path, {"1": rows}, n_samples=12)
    unrelated = store.samples[:10]
    limits = rules(max_af=max_af, min_carriers=1)
    if not qualifies:
        with pytest.raises(GenostratError, match="no gene and no gene set"):
            count(store, rules=limits, unrelated=unrelated)
        return
    burden = count(store, rules=limits, unrelated=unrelated)
    assert column(burden, "G1") == calls
    # no carrier among the unrelated: it qualifies, and is no feature
    genes = burden.genes.set_index("gene")
    assert genes.loc["G2", ["n_qualifying", "n_carriers", "status"]].tolist() == [
        1,
        0,
        "few_carriers",
    ]


def test_a_frequency_elsewhere_counts_as_the_cohorts_does(tmp_path):
    rows = [
        (10 * n, "A", "C", [1, 0, 0, 0], [(f"G{n}", STOP, "", frequency)])
        for n, frequency in enumerate([0.25, 0.2500001, np.nan, 0.0], 1)
    ]
    store = make_store(tmp_path, {"1": rows}, n_samples=4)
    genes = count(store).genes.set_index("gene")
    assert genes["n_qualifying"].to_dict() == {"G1": 1, "G2": 0, "G3": 1, "G4": 1}


def test_missing_genotypes_are_no_copies_and_too_many_are_no_count(tmp_path):
    rows = [
        (10, "A", "C", [1, -9, -9, -9, 0], [("G1", STOP)]),
        (20, "A", "C", [0, 1, -9, 0, 0], [("G1", STOP)]),
        (30, "A", "C", [-9] * 5, [("G2", STOP)]),
    ]
    store = make_store(tmp_path, {"1": rows}, n_samples=5)
    burden = count(store, rules=rules(max_missing=0.5))
    assert column(burden, "G1") == [1, 1, None, 0, 0]
    genes = burden.genes.set_index("gene")
    assert genes.loc["G1", "missing_rate"] == pytest.approx(4 / 10)
    assert genes.loc["G2", "n_qualifying"] == 0
    assert np.isnan(genes.loc["G2", "missing_rate"])
    strict = count(store, rules=rules(max_missing=0))
    assert column(strict, "G1") == [1, None, None, None, 0]


def test_genes_with_few_carriers_count_in_their_sets_only(tmp_path):
    rows = [
        (10, "A", "C", [1, 0, 0, 0], [("G1", STOP)]),
        (20, "A", "C", [0, 1, 0, 0], [("G2", STOP)]),
    ]
    store = make_store(tmp_path, {"1": rows}, n_samples=4)
    burden = count(store, rules=rules(min_carriers=2), sets={"S": ["G1", "G2"]})
    assert list(burden.values) == ["sample_id", "S"]
    assert column(burden, "S") == [1, 1, 0, 0]
    assert burden.genes["status"].tolist() == ["few_carriers", "few_carriers"]


@pytest.mark.parametrize(
    ("features", "columns"), [(["genes"], ["G1", "G2"]), (["sets"], ["S"])]
)
def test_features_are_of_the_kinds_asked_for(tmp_path, features, columns):
    rows = [
        (10, "A", "C", [1, 0, 0, 0], [("G1", STOP)]),
        (20, "A", "C", [0, 1, 0, 0], [("G2", STOP)]),
    ]
    store = make_store(tmp_path, {"1": rows}, n_samples=4)
    burden = count(store, rules=rules(features=features), sets={"S": ["G1", "G2"]})
    assert list(burden.values) == ["sample_id", *columns]
    other = burden.sets if features == ["genes"] else burden.genes
    assert set(other["status"]) == {"not_asked"}


@pytest.mark.parametrize(
    ("classes", "high_confidence", "genes"),
    [
        (["lof"], True, ["HC", "blank"]),
        (["lof"], False, ["HC", "LC", "blank", "none"]),
        (["missense"], True, ["M"]),
        (["synonymous", "inframe"], True, ["S"]),
    ],
)
def test_classes_and_confidence_say_what_counts(
    tmp_path, classes, high_confidence, genes
):
    notes = [
        ("HC", STOP, "HC"),
        ("LC", "splice_donor_variant", "LC"),
        ("blank", "frameshift_variant", ""),
        ("none", STOP, "none"),
        ("M", MISSENSE, "LC"),
        ("S", SILENT, ""),
    ]
    rows = [(10, "A", "C", [1, 0], notes)]
    store = make_store(tmp_path, {"1": rows}, n_samples=2)
    told = annotated_genes(
        store.contigs[0], classes=classes, high_confidence=high_confidence
    )
    assert told.loc[told["counts"], "gene"].tolist() == genes


def test_a_set_called_as_a_gene_is_refused(tmp_path):
    rows = [(10, "A", "C", [1, 0], [("G1", STOP)])]
    store = make_store(tmp_path, {"1": rows}, n_samples=2)
    with pytest.raises(GenostratError, match="called as a gene"):
        count(store, sets={"G1": ["G1"]})


def test_without_a_feature_the_message_says_what_would_help(tmp_path):
    rows = [(10, "A", "C", [1, 0], [("G1", STOP)])]
    store = make_store(tmp_path, {"1": rows}, n_samples=2)
    with pytest.raises(GenostratError, match=r"lower profile\.burden\.min_carriers"):
        count(store, rules=rules(min_carriers=3))
    with pytest.raises(GenostratError, match=r"a frequency of 0\.25"):
        count(store, rules=rules(max_af=0.01))
    empty = make_store(
        tmp_path / "no", {"1": [(10, "A", "C", [1, 0], [])]}, n_samples=2
    )
    with pytest.raises(GenostratError, match="no variant is of a gene"):
        count(empty)


def test_the_layer_has_the_patients_asked_for(tmp_path):
    rows = [(10, "A", "C", [1, 0, -9], [("G1", STOP)])]
    store = make_store(tmp_path, {"1": rows}, n_samples=3)
    values = count(store).values.astype(str).replace("nan", "")
    layer = burden_layer(values, ids=["s2", "nobody", "s0"])
    assert layer.name == "burden"
    assert layer.values.index.tolist() == ["s2", "s0"]
    assert np.isnan(layer.values.loc["s2", "G1"])
    assert layer.values.loc["s0", "G1"] == 1


MAP = "chrom\tstart\tend\tgene\nchr1\t100\t200\tG1\n1\t150\t160\tG2\n1\t300\t300\tG1\n"


def map_store(folder):
    places = [(90, "A" * 10), (91, "A" * 10), (99, "A"), (100, "A"), (155, "A")]
    places += [(200, "A"), (201, "A"), (299, "AC"), (300, "A"), (301, "A")]
    rows = [(p, ref, "T", [1, 0], []) for p, ref in places]
    return make_store(folder, {"1": rows, "2": rows[:1]}, n_samples=2)


def test_genes_by_place_have_every_variant_that_touches_them(tmp_path):
    (tmp_path / "genes.tsv").write_text(MAP)
    (tmp_path / "genes.bed").write_text(
        "track name=x\n1\t99\t200\tG1\t0\t+\nchr1\t149\t160\tG2\nchr1\t299\t300\tG1\n"
    )
    store = map_store(tmp_path / "store")
    told = []
    for name in ("genes.tsv", "genes.bed"):
        genes = read_genes(tmp_path / name, build="GRCh38")
        assert genes.start.tolist() == [100, 150, 300]
        assert genes.end.tolist() == [200, 160, 300]
        table = mapped_genes(store.contigs[0], genes)
        position = store.contigs[0].variants["position"].to_numpy()
        told.append(
            {
                gene: position[own["variant"]].tolist()
                for gene, own in table.groupby("gene")
            }
        )
        assert table["counts"].all()
        assert not len(mapped_genes(store.contigs[1], genes))
        burden = count(store, gene_map=genes)
        assert column(burden, "G1") == [6, 0]
    assert told[0] == told[1] == {"G1": [91, 100, 155, 200, 299, 300], "G2": [155]}


@pytest.mark.parametrize(
    ("name", "text", "place", "what"),
    [
        ("a.tsv", "chrom\tstart\tend\tname\n", "line 1, column gene", "is missing"),
        ("a.tsv", "", "", "'chrom' is missing"),
        ("a.tsv", "#x\nchrom\tstart\tend\tgene\n", "", "has no rows"),
        ("a.tsv", MAP + "1\t5\n", "line 5", "too few columns"),
        ("a.tsv", MAP + "1\t0\t5\tG\n", "line 5, column 2", "no position"),
        ("a.tsv", MAP + "1\t1.5\t5\tG\n", "line 5, column 2", "no position"),
        ("a.tsv", MAP + "1\t5\t\tG\n", "line 5, column 3", "no position"),
        ("a.tsv", MAP + "1\t5\t4\tG\n", "line 5, column 3", "before the start"),
        ("a.tsv", MAP + "1\t5\t9\t\n", "line 5, column 4", "cannot be a gene"),
        ("a.tsv", MAP + "1\t5\t9\ta b\n", "line 5, column 4", "cannot be a gene"),
        ("a.tsv", MAP + "\t5\t9\tG\n", "line 5, column 1", "chromosome is blank"),
        ("a.bed", "1\t-1\t5\tG\n", "line 1, column 2", "counted from 0"),
        ("a.bed", "1\t5\t5\tG\n", "line 1, column 3", "before the start"),
        ("a.bed", "1\t5\t9\n", "line 1", "too few columns"),
        # Zeros before a number too large for any integer of the machine.
        ("a.bed", "1\t5\t" + "0" * 20 + "9" * 30 + "\tG\n", "column 3", "no position"),
        ("a.tsv", MAP + "1\t5\t2147483648\tG\n", "line 5, column 3", "no position"),
        ("a.bed", "1\t5\t" + "9" * 5000 + "\tG\n", "line 1, column 3", "no position"),
    ],
)
def test_a_gene_map_that_is_wrong_is_told_where(tmp_path, name, text, place, what):
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(GenostratError) as caught:
        read_gene_map(path)
    assert what in str(caught.value)
    assert place in str(caught.value)


def test_a_gene_map_of_another_build_is_refused(tmp_path):
    path = tmp_path / "genes.tsv"
    path.write_text("chrom\tstart\tend\tgene\n1\t248956423\t248956423\tG\n")
    assert len(read_genes(path, build="GRCh37").gene) == 1
    with pytest.raises(GenostratError, match=r"line 2, column end.*beyond"):
        read_genes(path, build="GRCh38")
    path.write_text("chrom\tstart\tend\tgene\nNC_000001.11\t5\t9\tG\n")
    assert read_genes(path, build="GRCh38").contig.tolist() == ["1"]
    with pytest.raises(GenostratError, match="named as those of another assembly"):
        read_genes(path, build="GRCh37")
    path.write_text("chrom\tstart\tend\tgene\nGL000192.1\t5\t9\tG\n")
    with pytest.raises(GenostratError, match="names no chromosome"):
        read_genes(path, build="GRCh38")
    path.write_text("gene\tend\textra\tstart\tchrom\nG\t9\t.\t5\tchrM\n")
    assert read_genes(path, build="GRCh38").contig.tolist() == ["MT"]
