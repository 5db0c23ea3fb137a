"""Values do not change behind anybody's back, and pairs are never made in part."""

import ast
import csv
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest

HOME = Path(__file__).resolve().parents[2]
LIBRARY = HOME / "genostrat"
ROOMS = sorted(p for p in LIBRARY.iterdir() if p.name != "__pycache__")
#: Records that are filled while something is read or gone through, and kept by nobody
#: else meanwhile.
FILLED = {
    "api/panels.py:_Source",
    "door/launching.py:LaunchRequest",
    "exports/families.py:_Evidence",
    "exports/identities.py:CommonSites",
    "exports/imputation.py:Chosen",
    "genotypes/builds.py:BuildEvidence",
    "genotypes/plink/references.py:ReferenceCheck",
    "genotypes/plink/selection.py:VariantSelection",
    "genotypes/records.py:ReadMetrics",
    "genotypes/records.py:RegionCounts",
    "genotypes/vcf/scanned.py:Scanned",
    "intake/cohort.py:Intake",
    "intake/matrices.py:MatrixCheck",
    "integrity.py:Checked",
    "pgx/knowledge/content.py:Contents",
    "pgx/matching/assay.py:Assay",
    "pgx/matching/fillings.py:_Tried",
    "pgx/matching/lines.py:SiteCalls",
    "pgx/matching/panels.py:PanelReader",
    "pgx/matching/reach.py:ReachTable",
    "pgx/matching/rows.py:Caller",
    "pgx/outside/records.py:OutsideCalls",
    "profile/score_sums.py:_Sums",
    "qc/homozygosity/calling.py:HomozygosityCalls",
    "qc/identity/swap_evidence.py:Evidence",
    "qc/identity/swaps.py:_Choice",
    "qc/ledger/rows.py:Ledger",
    "qc/panel/files.py:PanelIntake",
    "qc/panel/labelling.py:Labelled",
    "qc/panel/sites.py:SharedSites",
    "report/patients/advice.py:Prescriber",
    "response/outcomes.py:OutcomeAnalysis",
    "sheets/contract/arms.py:Arms",
    "sheets/contract/columns.py:Contract",
    "sheets/contract/header.py:NamedColumns",
    "sheets/contract/meaning.py:Meaning",
    "sheets/contract/table.py:SheetTable",
    "sheets/faults.py:CellFaults",
    "sheets/matrices.py:_Faults",
    "sheets/matrices.py:_Values",
    "variants/populations/spectrum.py:Spectrum",
    "verify.py:Verification",
}
#: Where one side may be the longer one, and how often in the module.
LONGER = {
    "bundle/effects.py": 1,
    "bundle/pharmacogenes.py": 1,
    "exports/families.py": 1,
    "genotypes/ingest/fileset_pieces.py": 1,
    "genotypes/ingest/pieces.py": 2,
    "genotypes/plink/tables.py": 1,
    "genotypes/vcf/local_alleles.py": 1,
    "genotypes/vcf/opening.py": 1,
    "pgx/guidance/phenoconversion.py": 1,
    "pgx/guidance/sources/own.py": 1,
    "pgx/outside/calls.py": 1,
    "report/figures/pgx.py": 1,
    "report/figures/response.py": 2,
    "report/patients/content.py": 1,
    "simulate/genome.py": 1,
}


def modules_of(room):
    return sorted(room.rglob("*.py")) if room.is_dir() else [room]


def is_true(call, name):
    return any(
        k.arg == name and isinstance(k.value, ast.Constant) and k.value.value is True
        for k in call.keywords
    )


def find_changeable(room):
    """Yield module and name of the dataclasses of a room that are not frozen."""
    for path in modules_of(room):
        for node in ast.walk(ast.parse(path.read_text())):
            for one in node.decorator_list if isinstance(node, ast.ClassDef) else ():
                call = one.func if isinstance(one, ast.Call) else one
                is_frozen = isinstance(one, ast.Call) and is_true(one, "frozen")
                if ast.unparse(call) == "dataclass" and not is_frozen:
                    yield f"{path.relative_to(LIBRARY)}:{node.name}"


@pytest.mark.parametrize("room", ROOMS, ids=lambda path: path.stem)
def test_records_are_frozen(room):
    """A result that somebody changes later is another one than the tests held."""
    prefix = f"{room.name}/" if room.is_dir() else f"{room.name}:"
    filled = {name for name in FILLED if name.startswith(prefix)}
    assert set(find_changeable(room)) == filled


@pytest.mark.parametrize("room", ROOMS, ids=lambda path: path.stem)
def test_nothing_is_paired_in_part(room):
    """What `zip` cuts off without a word is a row that vanishes."""
    found = Counter()
    for path in modules_of(room):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "zip":
                # Names that are starred alone are told by their own lengths.
                starred = any(isinstance(a, ast.Starred) for a in node.args)
                if not is_true(node, "strict") and not (
                    starred and len(node.args) == 1
                ):
                    found[str(path.relative_to(LIBRARY))] += 1
    prefix = room.name
    named = {k: n for k, n in LONGER.items() if k.split("/")[0] == prefix}
    assert found == named


@pytest.mark.parametrize("room", ROOMS, ids=lambda path: path.stem)
def test_methods_are_told_in_the_numbers_that_the_code_has(room):
    """A limit that is changed changes what a reader was told."""
    page = " ".join((HOME / "docs/methods.md").read_text().split())
    with (HOME / "tests/house/stated.tsv").open(encoding="utf-8") as stream:
        lines = (line for line in stream if not line.startswith("#"))
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    for row in rows:
        if row["module"].split(".")[0] == room.stem:
            wanted = {
                name: float(Fraction(value))
                for name, value in zip(
                    row["constants"].split(), row["values"].split(), strict=True
                )
            }
            found = constants_of(LIBRARY / f"{row['module'].replace('.', '/')}.py")
            assert {name: found[name] for name in wanted} == pytest.approx(wanted)
            assert row["words"] in page


def constants_of(path):
    """Return the numbers that a module names, without loading it."""
    found = {}
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Assign):
            (target,) = node.targets
            targets = target.elts if isinstance(target, ast.Tuple) else [target]
            values = [node.value]
            if isinstance(target, ast.Tuple):
                values = getattr(node.value, "elts", [])
            for one, value in zip(targets, values, strict=False):
                only = (ast.Constant, ast.BinOp, ast.UnaryOp, ast.operator, ast.unaryop)
                if all(isinstance(part, only) for part in ast.walk(value)):
                    text = ast.unparse(value)
                    found[ast.unparse(one)] = eval(text)
    return found
