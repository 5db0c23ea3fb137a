"""Inputs as people have them: the shared cases, held against what must come out.

The cases are not part of the repository: a folder `shared/cases` beside it, or the one
beside the data that GENOSTRAT_DATA names, is used where it is there. All go through
one run that keeps going where one of them is refused.
"""

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pysam
import pytest
import yaml
from running import said, snakemake
from vcf_files import simple_records, write_vcf

from benchmarks.real_data import DATA
from genostrat.genotypes.store import Store

CASES = DATA.parent / "cases/inputs"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.workflow,
    pytest.mark.skipif(not CASES.is_dir(), reason=f"no cases at {CASES}"),
]

#: Genotypes of the made-up base cohort, for cases that hold a sheet alone.
BASE = [str(CASES / f"v62-permuted-columns/{name}.vcf.gz") for name in "ab"]
STORE, DIPLOTYPES = "genotypes/ingest.json", "pgx/diplotypes.tsv"
INTAKE = "check/inputs.json"
#: Case → what of its results is asked for.
WANTED = {
    "v01-dp0-homref": DIPLOTYPES,
    "v20-sample-FT": DIPLOTYPES,
    "s47-open-quote-matrix": INTAKE,
    "m43-underscore-age": INTAKE,
    "n90-sex-coded-1f-2m": "qc/decisions.tsv",
    "s42-1000-commas": INTAKE,
    "s08-missing-codes-text": INTAKE,
    "s44-minus9-outcome": INTAKE,
    "m33-partial-mangled": INTAKE,
    "v12c-filter-97pct": STORE,
    "v60-t2t-declared-38": INTAKE,
    "v35-qual-infinity": STORE,
    "v50-gt-44-prefix": STORE,
    "v38-vep-commas": STORE,
    "v66-mnp-hides-star2": DIPLOTYPES,
    "v62-permuted-columns": STORE,
    "m44-age-dropped-control": "profile/adjustment.json",
    "p01-htsjdk-index": STORE,
    "p02-vep-without-allele": STORE,
    "p04-pansn-contigs": STORE,
    "p05-event-true-false": INTAKE,
}
#: Further cohorts that cases are held against.
OTHERS = ("v62-one-file", "v50-without-marks", "v35-without-comma")


def read_case(name):
    """Yield the cohorts of a case, with paths that hold anywhere."""
    folder = CASES / name
    for path in sorted(folder.glob("*.yaml")):
        cohort = yaml.safe_load(path.read_text())
        cohort["samples"]["path"] = str(folder / cohort["samples"]["path"])
        for matrix in cohort.get("matrices", []):
            matrix["path"] = str(folder / matrix["path"])
        if "genotypes" in cohort:
            files = cohort["genotypes"]["vcf"]
            files = [files] if isinstance(files, str) else files
            held = [str(folder / file) for file in files]
            missing = any("CASES" in file for file in held)
            cohort["genotypes"]["vcf"] = BASE if missing else held
        if name.startswith("v38"):
            del cohort["profile"]  # burden asks for more patients than there are
        yield name if path.stem == "cohort" else f"{name}-{path.stem}", cohort


def text_of(path):
    with pysam.BGZFile(str(path)) as stream:
        return stream.read().decode()


def join_columns(paths, target):
    """Write VCFs as one, with the columns of the first."""
    lines, samples = [], None
    for path in paths:
        for line in text_of(path).splitlines():
            cells = line.split("\t")
            if line.startswith("#CHROM"):
                order = cells[9:]
                samples = samples or order
                if len(lines) and lines[-1].startswith("##"):
                    lines.append("\t".join([*cells[:9], *samples]))
            elif line.startswith("##"):
                if samples is None:
                    lines.append(line)
            else:
                own = dict(zip(order, cells[9:], strict=True))
                lines.append("\t".join([*cells[:9], *(own[s] for s in samples)]))
    target.write_text("\n".join(lines) + "\n")


def write_x(path, sheet):
    """Write genotypes of a sheet's patients in which a sex of 1 has two X."""
    rng = np.random.default_rng(1)
    table = pd.read_csv(sheet, sep="\t", dtype=str)
    two_x = (table["sex"] == "1").to_list()
    records = simple_records(300, len(table), rng)
    for number in range(300):
        calls = [
            f"{a}/{b}" if two else f"{a}"
            for two, (a, b) in zip(
                two_x, rng.integers(0, 2, (len(table), 2)), strict=True
            )
        ]
        place = f"X {5_000_000 + 1000 * number} . A G . PASS . GT"
        records.append(f"{place} {' '.join(calls)}")
    return write_vcf(path, table["sample_id"].to_list(), records, contigs=("1", "X"))


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Run all cases; return the folder, and what was printed."""
    folder = tmp_path_factory.mktemp("inputs")
    (folder / "cohorts").mkdir()
    cohorts = {n: cohort for name in WANTED for n, cohort in read_case(name)}
    reversed_sex = cohorts["n90-sex-coded-1f-2m"]
    reversed_sex["genotypes"]["vcf"] = str(
        write_x(folder / "x.vcf.gz", reversed_sex["samples"]["path"])
    )
    codes = cohorts["s08-missing-codes-text"]["samples"]
    text = Path(codes["path"]).read_text()
    assert "\ta\t" in text, "an arm in another case, which is refused first"
    codes["path"] = str(folder / "s08.tsv")
    Path(codes["path"]).write_text(text.replace("\ta\t", "\tA\t"))
    one = json.loads(json.dumps(cohorts["v62-permuted-columns"]))
    join_columns(one["genotypes"]["vcf"], folder / "one.vcf")
    one["genotypes"]["vcf"] = str(folder / "one.vcf")
    plain = json.loads(json.dumps(cohorts["v50-gt-44-prefix"]))
    text = text_of(plain["genotypes"]["vcf"][0])
    assert re.search(r"\t[/|][0-9]", text), "there are leading marks"
    (folder / "plain.vcf").write_text(re.sub(r"\t[/|](?=[0-9.])", "\t", text))
    plain["genotypes"]["vcf"] = str(folder / "plain.vcf")
    odd = json.loads(json.dumps(cohorts["v35-qual-infinity"]))
    text = text_of(odd["genotypes"]["vcf"][0])
    assert "\t3,5\t" in text
    (folder / "odd.vcf").write_text(text.replace("\t3,5\t", "\t3.5\t"))
    odd["genotypes"]["vcf"] = str(folder / "odd.vcf")
    cohorts |= dict(zip(OTHERS, (one, plain, odd), strict=True))
    targets = []
    for name, cohort in cohorts.items():
        (folder / f"cohorts/{name}.yaml").write_text(yaml.safe_dump(cohort))
        case = next((case for case in WANTED if name.startswith(case)), None)
        targets.append(f"results/{name}/{WANTED[case] if case else STORE}")
    chosen = ["cohort_dir=cohorts", f"cohorts=[{','.join(cohorts)}]"]
    done = snakemake(folder, *targets, "--keep-going", "--config", *chosen, check=False)
    return folder, said(done)


def intake(run, name):
    return json.loads((run[0] / f"results/{name}/{INTAKE}").read_text())


def ingest(run, name):
    path = run[0] / f"results/{name}/genotypes/ingest.json"
    return json.loads(path.read_text())


def refusal(run, name, rule):
    """Return what a job of a case said that was refused."""
    (log,) = (run[0] / f"logs/{name}").glob(f"{rule}*.log")
    text = log.read_text()
    assert "ERROR" in text, text
    return text[text.index("ERROR") :]


def diplotypes(run, name, gene):
    table = pd.read_csv(
        run[0] / f"results/{name}/{DIPLOTYPES}", sep="\t", keep_default_na=False
    )
    return table[table["gene"] == gene].set_index("sample_id")


def variants(run, name):
    """Return all that a store holds, as text."""
    store = Store(run[0] / f"results/{name}/genotypes/store")
    return {
        contig.name: (
            contig.samples,
            contig.variants.to_csv(),
            contig.read(np.arange(len(contig.variants))).tolist(),
        )
        for contig in store.contigs
    }


def test_every_case_that_is_there_is_tried(run):
    there = {path.name for path in CASES.iterdir() if path.is_dir()}
    assert there == set(WANTED)


def test_calls_without_a_read_are_not_taken_for_reference(run):
    told = ingest(run, "v01-dp0-homref")
    assert told["refused_calls"]["no_reads"]["calls"] > 600
    assert any("rest on no read" in warning for warning in told["warnings"])
    genes = diplotypes(run, "v01-dp0-homref", "CYP2C19")
    unread = ["P003", "P004", "P005", "P006", "P009", "P010", "P011"]
    rows = genes.loc[genes.index.intersection(unread)]
    assert not (rows["status"] == "called").any()
    assert (genes.loc[["P001", "P002"], "status"] == "called").all()


def test_calls_that_fail_their_own_filter_are_not_used(run):
    told = ingest(run, "v20-sample-FT")
    assert told["refused_calls"]["failed_filter"] == {"calls": 96, "samples": 2}
    genes = diplotypes(run, "v20-sample-FT", "CYP2C19")
    assert "*2" not in genes.loc["P003", "diplotype"]
    assert genes.loc["P003", "status"] != "called"


def test_an_open_quote_costs_no_patient(run):
    told = intake(run, "s47-open-quote-matrix")
    (match,) = told["matched"]
    assert match["n_both"] == told["n_sheet"]
    assert match["n_sheet_only"] == match["n_input_only"] == 0
    assert any(
        "quotation mark that has no partner (lines 6, 10)" in w
        for w in told["warnings"]
    )


def test_an_age_with_an_underscore_is_refused_with_its_place(run):
    text = refusal(run, "m43-underscore-age", "check_inputs")
    assert "line 6, column age" in text
    assert "4_4" in text


def test_sexes_coded_the_other_way_round_are_told_as_that(run):
    text = refusal(run, "n90-sex-coded-1f-2m", "decide_samples")
    assert "the sheet codes the sexes the other way round" in text
    assert "samples.sex_codes" in text


def test_two_thousand_commas_are_one_problem(run):
    text = refusal(run, "s42-1000-commas", "check_inputs")
    assert "2000 numbers have a decimal comma" in text
    assert len(re.findall("^    found:", text, re.M)) == 1


def test_codes_for_missing_are_not_silently_levels(run):
    text = "\n".join(intake(run, "s08-missing-codes-text")["warnings"])
    for code in ("-9 (1)", "unknown (1)", "na (1)", "n.a. (1)", "missing (1)", "? (1)"):
        assert code in text
    for known in ("N/A", "#N/A", "null", "nan"):
        assert f"{known} (" not in text


def test_minus_nine_is_not_silently_an_outcome(run):
    text = refusal(run, "s44-minus9-outcome", "check_inputs")
    assert "line 2, column score: 3 of 12 values of score are -9" in text
    assert "samples.missing_values" in text


def test_identifiers_spelt_with_dots_are_refused_with_their_near_misses(run):
    text = refusal(run, "m33-partial-mangled", "check_inputs")
    assert "10 samples of the matrix rna are not in the sheet" in text
    assert "M-031 in the sheet and M.031 in the other" in text


def test_filters_that_drop_nearly_all_are_named(run):
    (warning,) = ingest(run, "v12c-filter-97pct")["warnings"]
    assert "VQSRTrancheSNP99.90to100.00 92" in warning


def test_another_assembly_is_refused(run):
    text = refusal(run, "v60-t2t-declared-38", "check_inputs")
    assert "GRCh38, but the data are on T2T-CHM13" in text


def test_an_odd_quality_is_read_and_one_that_is_none_is_named(run):
    text = refusal(run, "v35-qual-infinity", "read_genotypes")
    assert "has a QUAL that is no number" in text
    assert "3,5" in text
    assert "Infinity" not in text
    told = ingest(run, "v35-without-comma")
    assert told["n_stored"] == told["n_records"]
    qualities = "".join(v[1] for v in variants(run, "v35-without-comma").values())
    for quality in ("Infinity", "nan", "1e400", "-10"):
        assert quality in qualities


def test_leading_phasing_marks_change_no_genotype(run):
    assert variants(run, "v50-gt-44-prefix") == variants(run, "v50-without-marks")


def annotations(run, name):
    """Return what the variants of a store are annotated with, by gene."""
    folder = run[0] / f"results/{name}/genotypes/store"
    paths = sorted(folder.glob("*.annotations.parquet"))
    tables = {path.name: pd.read_parquet(path).astype(str) for path in paths}
    return pd.concat(tables) if tables else None


def test_commas_within_annotations_part_nothing(run):
    told = ingest(run, "v38-vep-commas")["annotations"]
    assert told["n_annotated"] == 95
    assert told["n_malformed"] == told["n_unmatched"] == 0
    table = annotations(run, "v38-vep-commas")
    counted = table.groupby(["consequence", "lof"], observed=True).size().to_dict()
    assert counted == {("stop_gained", "HC"): 95, ("missense_variant", "none"): 95}
    wanted = {f"GENE{a}{i}" for a in ("", "Ä") for i in range(5)}
    assert set(table["gene"]) == wanted


def test_a_base_within_a_longer_substitution_is_found(run):
    genes = diplotypes(run, "v66-mnp-hides-star2", "CYP2C19")
    assert genes["diplotype"]["P001"] == "*2/*2"
    assert genes["diplotype"]["P002"] == "*1/*2"


def test_columns_in_another_order_make_the_same_store(run):
    assert variants(run, "v62-permuted-columns") == variants(run, "v62-one-file")


def test_readable_ages_are_adjusted_for(run):
    path = run[0] / "results/m44-age-dropped-control/profile/adjustment.json"
    assert {"age", "sex"} <= set(re.findall(r"[a-z]+", path.read_text()))


def test_an_index_of_htsjdk_serves(run):
    told = ingest(run, "p01-htsjdk-index")
    assert told["n_records"] == told["n_stored"] > 0
    checked = intake(run, "p01-htsjdk-index")
    assert sum(checked["records"].values()) == told["n_records"]
    assert not any("no index" in warning for warning in checked["warnings"])


def test_annotations_without_the_allele_are_those_with_it(run):
    case = "p02-vep-without-allele"
    names = [f"{case}-vep_{name}" for name in ("with_allele", "no_allele", "eff")]
    with_allele, without, neither = (annotations(run, name) for name in names)
    pd.testing.assert_frame_equal(with_allele, without)
    assert neither is None
    told = [ingest(run, name) for name in names]
    assert [t["annotations"] and t["annotations"]["n_annotated"] for t in told] == [
        528,
        528,
        None,
    ]
    assert any("INFO/EFF" in warning for warning in told[2]["warnings"])


def test_contigs_named_by_a_pangenome_are_read(run):
    told = ingest(run, "p04-pansn-contigs")
    assert told["n_stored"] == told["n_records"] == 528
    assert "chr1" not in told["contigs"]
    assert told["build_detected"] == "GRCh38"


def test_true_and_false_are_an_event_and_that_is_said(run):
    (said_of,) = intake(run, "p05-event-true-false")["warnings"]
    assert "True (13) is taken for the event, and False (27) for none" in said_of
