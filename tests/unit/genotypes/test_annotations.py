"""Annotations in INFO: of each allele what was written of it, whatever the notation."""

import numpy as np
import pandas as pd
import pysam
import pytest
from annotated_vcf import (
    HEADERS,
    expect_bcsq,
    random_file,
    vcf_of,
    write_bcftools_csq,
)
from oracle import read_options
from vcf_routes import ROUTES, write_route

from genostrat.genotypes.annotation_header import SNPEFF, VEP, find_format
from genostrat.genotypes.consequences import CLASS_OF, RANKS, TERMS, read_terms
from genostrat.genotypes.formats import bcf, texts
from genostrat.genotypes.ingest.doubts import doubt_annotations
from genostrat.genotypes.ingest.gathering import gather_pieces
from genostrat.genotypes.ingest.pieces import read_piece
from genostrat.genotypes.ingest.planning import plan_pieces
from genostrat.genotypes.store import Store
from genostrat.genotypes.vcf.inspection import inspect_vcfs
from genostrat.variants.consequences import tabulate_consequences


def read(paths, folder, *, n_pieces=1, n_threads=1, annotations=True):
    """Read VCFs piece by piece; return counts of annotations, and the store."""
    files = inspect_vcfs(paths)
    samples = sorted(files[0].samples)
    folders = []
    for number, regions in enumerate(plan_pieces(files, n_pieces=n_pieces)):
        folders.append(folder / f"piece{number}")
        read_piece(
            regions,
            files=paths,
            samples=samples,
            file_samples=[file.samples for file in files],
            options=read_options(annotations=annotations),
            folder=folders[-1],
            n_threads=n_threads,
        )
    gathered = gather_pieces(
        folders, samples=samples, sexes=[""] * len(samples), store=folder / "store"
    )
    return gathered.annotations, Store(folder / "store")


def told_by(store):
    """Return for each annotated allele its genes' rows."""
    told = {}
    for contig in store.contigs:
        if contig.annotations is None:
            continue
        places = contig.variants[["contig", "position", "ref", "alt"]]
        for row in contig.annotations.itertuples():
            key = tuple(places.iloc[row.variant])
            told.setdefault(key, {})[row.gene] = row
    return told


def consequences_of(told):
    return {
        key: {gene: (row.consequence, row.lof) for gene, row in genes.items()}
        for key, genes in told.items()
    }


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("kind", HEADERS)
def test_every_allele_has_what_was_written_of_it(tmp_path, kind, route):
    data, truth, frequency = random_file(kind, seed=1)
    path = write_route(route, data, tmp_path)
    counts, store = read([path], tmp_path / "out")
    told = told_by(store)
    assert consequences_of(told) == truth
    assert counts == {
        "n_annotated": len(truth),
        "n_malformed": 0,
        "n_unmatched": 0,
        "n_unnamed": 0,
        "unknown_terms": 0,
    }
    for key, genes in told.items():
        for row in genes.values():
            known = None if np.isnan(row.frequency) else row.frequency
            assert known == frequency[key]
    # the file holds what it is for
    assert {len(alt) > len(ref) for _, _, ref, alt in truth} == {True, False}
    assert any(len(genes) > 2 for genes in truth.values())
    stored = sum(len(contig.variants) for contig in store.contigs)
    assert 0 < len(truth) < stored


@pytest.mark.parametrize("route", ["tbi", "bcf", "stream"])
def test_neither_pieces_nor_threads_nor_routes_change_a_byte(
    tmp_path, monkeypatch, route
):
    monkeypatch.setattr(texts, "PART_BYTES", 3000)
    monkeypatch.setattr(bcf, "PART_BYTES", 3000)
    data, _, _ = random_file("vep", seed=2)
    path = write_route(route, data, tmp_path)
    plain = tmp_path / "plain"
    plain.mkdir()
    _, store = read([write_route("tbi", data, plain)], tmp_path / "first")
    seen = [sorted((f.name, f.read_bytes()) for f in store.folder.iterdir())]
    for n_pieces, n_threads in ((1, 3), (7, 2)):
        folder = tmp_path / f"out{n_pieces}-{n_threads}"
        _, store = read([path], folder, n_pieces=n_pieces, n_threads=n_threads)
        seen.append(sorted((f.name, f.read_bytes()) for f in store.folder.iterdir()))
    assert seen[0] == seen[1] == seen[2]
    assert [name for name, _ in seen[0]][:2] == ["1.annotations.parquet", "1.pgen"]


def test_the_store_is_the_same_with_annotations_and_without(tmp_path):
    data, _, _ = random_file("snpeff", seed=3)
    path = write_route("tbi", data, tmp_path)
    counts, store = read([path], tmp_path / "with")
    none, bare = read([path], tmp_path / "without", annotations=False)
    assert none is None
    assert counts["n_annotated"] > 100
    assert bare.contigs[0].annotations is None
    for file in bare.folder.iterdir():
        assert file.read_bytes() == (store.folder / file.name).read_bytes()


@pytest.mark.parametrize("local", [True, False])
@pytest.mark.parametrize("seed", [1, 2])
def test_bcftools_csq_itself_is_read_as_it_is_meant(tmp_path, seed, local):
    text = write_bcftools_csq(tmp_path, seed, local=local)
    (tmp_path / "csq.vcf").write_text(text)
    truth = expect_bcsq(tmp_path / "csq.vcf")
    counts, store = read([tmp_path / "csq.vcf"], tmp_path / "out")
    assert (
        counts["n_malformed"] == counts["n_unmatched"] == counts["unknown_terms"] == 0
    )
    told = told_by(store)
    assert {key for key, genes in truth.items() if genes} == set(told)
    for key, genes in told.items():
        assert set(genes) == set(truth[key])
        for gene, row in genes.items():
            words = truth[key][gene]
            own = {word for word in words if word[0] not in "*@"}
            assert (row.consequence == "after_stop") == (
                not own and any(word[0] == "*" for word in words)
            )
            assert (row.consequence == "part_of_compound") == (words == {"@"})
            if own:
                short = {part for word in own for part in word.split("&")}
                assert row.consequence.removesuffix("_variant").lower() in short | {
                    "protein_altering"
                }
    kinds = {CLASS_OF[row.consequence] for g in told.values() for row in g.values()}
    assert kinds >= {"lof", "missense", "synonymous", "utr"}
    assert {gene for genes in told.values() for gene in genes} >= {"TOYP", "TOYM"}
    pointed = {row.consequence for g in told.values() for row in g.values()}
    assert ("part_of_compound" in pointed) == (not local)


def one(tmp_path, info, *, ref="A", alts="C", header=HEADERS["vep"]):
    """Read a record; return the counts, and its rows of annotations."""
    line = f"1\t100\t.\t{ref}\t{alts}\t.\tPASS\t{info}\tGT\t0/1\t0/0\t0/0"
    path = tmp_path / "one.vcf"
    path.write_bytes(vcf_of([line], header=header))
    counts, store = read([path], tmp_path / "out")
    return counts, store.contigs[0].annotations


BARE = HEADERS["vep"].replace("Allele|", "")
NUMBERED = BARE.replace("MAX_AF", "MAX_AF|ALLELE_NUM")


def test_without_the_allele_the_only_one_is_meant(tmp_path):
    note = "missense_variant|x|G1|E1|t|||0.5"
    counts, table = one(tmp_path, f"CSQ={note},stop_gained|x|G2|E2|t|||", header=BARE)
    assert counts["n_annotated"] == 1
    assert counts["n_unnamed"] == counts["n_unmatched"] == 0
    assert table["gene"].tolist() == ["G1", "G2"]
    counts, table = one(tmp_path, f"CSQ={note}", alts="C,G", header=BARE)
    assert table is None
    assert {name: n for name, n in counts.items() if n} == {"n_unnamed": 1}
    (said,) = doubt_annotations(counts)
    assert "neither Allele nor ALLELE_NUM" in said


def test_without_the_allele_its_number_tells_it(tmp_path):
    notes = "missense_variant|x|G1|E1|t||||2,stop_gained|x|G2|E2|t||||1"
    counts, table = one(tmp_path, f"CSQ={notes}", alts="C,G", header=NUMBERED)
    assert counts["n_unnamed"] == counts["n_unmatched"] == 0
    assert table["gene"].tolist() == ["G2", "G1"]
    assert table["variant"].tolist() == [0, 1]
    counts, _ = one(tmp_path, f"CSQ={notes[:-1]}7", alts="C,G", header=NUMBERED)
    assert counts["n_unmatched"] == 1


FINE = "C|missense_variant|x|G1|E1|t|||0.5"


@pytest.mark.parametrize(
    ("note", "count"),
    [
        ("C|missense_variant", "n_malformed"),
        (f"{FINE}|", "n_malformed"),
        ("", "n_malformed"),
        ("|" * 5000, "n_malformed"),
        ("G|missense_variant|x|G9|E1|t|||", "n_unmatched"),
        ("|missense_variant|x|G9|E1|t|||", "n_unmatched"),
        ("-|missense_variant|x|G9|E1|t|||", "n_unmatched"),
        ("C|brand_new_variant|x|G1|E1|t|||", "unknown_terms"),
        ("C||x|G1|E1|t|||", "unknown_terms"),
        ("C|\x80\xff|x|G1|E1|t|||", "unknown_terms"),
    ],
)
def test_an_annotation_that_is_not_one_is_counted_and_takes_nothing_else(
    tmp_path, note, count
):
    counts, table = one(tmp_path, f"CSQ={note},{FINE}")
    assert {name: n for name, n in counts.items() if n} == {"n_annotated": 1, count: 1}
    assert table["gene"].tolist() == ["G1"]
    assert table["consequence"].tolist() == ["missense_variant"]
    assert table["frequency"].tolist() == [0.5]


@pytest.mark.parametrize(
    ("notes", "genes", "n_malformed"),
    [
        # commas in the last subfield, in one before it, in both
        ([f"{FINE},BP_DIST:3,X:1"], ["G1"], 0),
        (["C|missense_variant|x|G1|E1|a,b,c|HC||0.5"], ["G1"], 0),
        (
            ["C|missense_variant|x|G1|E1|a,b|HC||0.5,c,d", FINE.replace("1", "2")],
            "12",
            0,
        ),
        # what does not fit is left out alone
        (["C|missense_variant|x", FINE], ["G1"], 1),
        (["C|missense_variant|x", "a|b", FINE], ["G1"], 2),
        (["C|missense_variant|x|G1|E1|a,b|c|HC||0.5|x", FINE], ["G1"], 2),
        (["C|missense_variant|x|G1"], [], 1),
    ],
)
def test_a_comma_within_a_subfield_parts_nothing(tmp_path, notes, genes, n_malformed):
    counts, table = one(tmp_path, "CSQ=" + ",".join(notes))
    assert counts["n_malformed"] == n_malformed
    assert counts["n_unmatched"] == 0
    found = [] if table is None else table["gene"].tolist()
    assert [name[-1] for name in found] == [name[-1] for name in genes]


@pytest.mark.parametrize(
    ("symbol", "gene", "name"),
    [
        ("", "ENSG7", "ENSG7"),
        ("", "", ""),
        (".", "ENSG7", "ENSG7"),
        ("G" * 65, "ENSG7", "ENSG7"),
        ("G" * 200_000, "", ""),
        ("a b", "", ""),
        ("a\x01b", "", ""),
        ('a"b', "", ""),
        ("HLA-A", "ENSG7", "HLA-A"),
        ("=1+1", "ENSG7", "=1+1"),
    ],
)
def test_names_of_genes_are_taken_only_where_they_can_be_ones(
    tmp_path, symbol, gene, name
):
    note = f"C|stop_gained|x|{symbol}|{gene}|t|HC||"
    _, table = one(tmp_path, f"CSQ={note}")
    assert table["gene"].tolist() == [name]
    assert table["lof"].tolist() == ["HC"]


def test_nothing_between_genes_is_of_a_gene(tmp_path):
    header, note = HEADERS["snpeff"], "C|intergenic_region|x|G1-G2|G1-G2|t|f|1/2|"
    _, table = one(tmp_path, f"ANN={note}", header=header)
    assert table[["gene", "gene_id", "consequence"]].to_numpy().tolist() == [
        ["", "", "intergenic_region"]
    ]


@pytest.mark.parametrize("info", [".", "CSQ=.", "CSQ=", "CSQ", "XCSQ=C|x", "DP=3"])
def test_a_record_without_annotations_has_none(tmp_path, info):
    counts, table = one(tmp_path, info)
    assert counts["n_annotated"] == counts["n_malformed"] == 0
    assert table is None


@pytest.mark.parametrize(
    ("ref", "alts", "allele", "alt"),
    [
        ("CAA", "C", "-", "C"),
        ("CAAT", "CT", "-", "CT"),  # what is left once both ends are trimmed
        ("CA", "C,CAA", "AA", "CAA"),
        ("CA", "C,CT", "-", "C"),
        ("CA", "C,*", "-", "C"),
        ("CAA", "CA,C", "A", "CA"),
        ("ca", "c,ct", "T", "CT"),
        ("GA", "A,G", "A", "A"),
    ],
)
def test_trimmed_alleles_of_vep(tmp_path, ref, alts, allele, alt):
    note = f"{allele}|missense_variant|x|G1|E1|t|||"
    line = f"1\t100\t.\t{ref}\t{alts}\t.\tPASS\tCSQ={note}\tGT\t0/1\t0/0\t0/0"
    path = tmp_path / "one.vcf"
    path.write_bytes(vcf_of([line], header=HEADERS["vep"]))
    _, store = read([path], tmp_path / "out")
    assert [key[3] for key in told_by(store)] == [alt]


def test_what_two_alleles_come_down_to_tells_neither(tmp_path):
    note = "-|missense_variant|x|G1|E1|t|||"
    counts, table = one(tmp_path, f"CSQ={note}", ref="TCCA", alts="TCA,GCCA,CCA")
    assert counts["n_unmatched"] == 1
    assert table is None


def test_headers_tell_whose_annotations_they_are():
    def form_of(**info):
        header = pysam.VariantHeader()
        for key, text in info.items():
            header.info.add(key, ".", "String", text)
        return find_format(header)

    def told(**info):
        form = form_of(**info)
        return form and (form.key, form.tool, form.find("SYMBOL", "Gene_Name"))

    vep, ann = (
        "x Format: Allele|Consequence|SYMBOL",
        "f: 'Allele | Annotation | Gene_Name'",
    )
    assert told(CSQ=vep, ANN=ann) == ("CSQ", VEP, 2)
    assert told(ANN=ann) == ("ANN", SNPEFF, 2)
    assert told(ANN=vep) == ("ANN", VEP, 2)
    assert told(CSQ="no format here", ANN=ann) == ("ANN", SNPEFF, 2)
    assert told(CSQ="Format: A|B|C", DP="Allele|Consequence") is None
    assert form_of(BCSQ="x").subfields[6] == "dna_change"


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("intron_variant&stop_gained", "stop_gained"),
        ("missense+splice_region", "missense_variant"),
        ("5_prime_utr", "5_prime_UTR_variant"),
        ("inframe_altering", "protein_altering_variant"),
        ("*missense&stop_gained", "after_stop"),
        ("@123", "part_of_compound"),
        ("", "unknown"),
        ("missense_variant&nonsense", "missense_variant"),
    ],
)
def test_the_most_severe_term_counts(text, term):
    assert read_terms(text) == term


def test_terms_are_ranked_once_each():
    assert len(set(TERMS)) == len(TERMS) == len(RANKS)
    assert [CLASS_OF[term] for term in TERMS] == sorted(
        map(CLASS_OF.get, TERMS), key=list(dict.fromkeys(CLASS_OF.values())).index
    )


def test_a_duplicate_of_an_earlier_part_takes_its_annotation_with_it(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(texts, "PART_BYTES", 60)
    notes = [f"C|missense_variant|x|G{i}|E|t|||0.{i}" for i in range(1, 5)]
    calls = "GT\t0/1\t0/0\t0/0"
    lines = [
        f"1\t{p}\t.\tA\tC\t.\tPASS\tCSQ={note}\t{calls}"
        for p, note in zip((100, 100, 101, 102), notes, strict=True)
    ]
    path = write_route("tbi", vcf_of(lines, header=HEADERS["vep"]), tmp_path, block=50)
    _, store = read([path], tmp_path / "out")
    table = store.contigs[0].annotations
    assert table["variant"].tolist() == [0, 1, 2]
    assert table["gene"].tolist() == ["G1", "G3", "G4"]
    assert table["frequency"].tolist() == [0.1, 0.3, 0.4]


@pytest.mark.parametrize(
    "text", ["0.1", "1", "0", ".5", "1.2e-05", "7E-3", "0.30000000"]
)
def test_frequencies_are_read_as_python_reads_them(tmp_path, text):
    _, table = one(tmp_path, f"CSQ=C|x|x|G|E|t||{text}|")
    assert table["frequency"].tolist() == [float(text)]


@pytest.mark.parametrize("text", ["", ".", "1.0.0", "2", "-0.1", "1e", "nan", "0_5"])
def test_what_is_no_frequency_is_none(tmp_path, text):
    _, table = one(tmp_path, f"CSQ=C|x|x|G|E|t||{text}|")
    assert not table["frequency"].notna().any()


def test_tables_hold_no_sample(tmp_path):
    data, _, _ = random_file("vep", seed=5)
    _, store = read([write_route("stream", data, tmp_path)], tmp_path / "out")
    table = store.contig("1").annotations
    assert list(table) == [
        "variant",
        "gene",
        "gene_id",
        "consequence",
        "lof",
        "frequency",
    ]
    assert isinstance(table["gene"].dtype, pd.CategoricalDtype)


def test_consequences_of_the_call_set_are_counted(tmp_path):
    data, truth, _ = random_file("snpeff", seed=6)
    path = write_route("stream", data, tmp_path)
    _, store = read([path], tmp_path / "out")
    rows = [contig.variants for contig in store.contigs]
    calls = np.concatenate([c.read(np.arange(len(c.variants))) for c in store.contigs])
    variants = pd.concat(rows, ignore_index=True)
    variants["n_het"] = (calls == 1).sum(axis=1)
    variants["n_hom_alt"] = (calls == 2).sum(axis=1)
    table = tabulate_consequences(store, variants).set_index("consequence")
    expected = {}
    for row, copies in zip(
        variants.itertuples(), np.maximum(calls, 0).sum(axis=1), strict=True
    ):
        genes = truth.get((row.contig, row.position, row.ref, row.alt), {})
        terms = [term for term, _ in genes.values()] or ["not_annotated"]
        found = expected.setdefault(min(terms, key=[*TERMS, "not_annotated"].index), [])
        found.append(int(copies))
    assert table["n_variants"].to_dict() == {t: len(n) for t, n in expected.items()}
    assert table["n_alleles"].to_dict() == {t: sum(n) for t, n in expected.items()}
    _, bare = read([path], tmp_path / "bare", annotations=False)
    assert not len(tabulate_consequences(bare, variants))
