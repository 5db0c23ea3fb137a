"""Swapped samples: none where there is none, and one that is planted."""

from benchmarks.validation import cohorts
from benchmarks.validation.pedigrees import run_ceu, run_trio
from benchmarks.validation.relatedness import run_hail, run_uwgac
from benchmarks.validation.rows import Check, Row, count, tally

#: Fathers of two families, by the person's name.
EXCHANGED = ("NA12891", "NA18504")
SOUND = {
    "ceu_exome22_22": run_ceu,
    "hail_1kg_100": run_hail,
    "gatk_ceutrio_fmt": run_trio,
    "kg3_uwgac_1126": run_uwgac,
}


def exchange(sheet, one, two):
    """Return the sheet as if the labels of two samples had been exchanged."""
    other = {one: two, two: one}
    names = ["sample_id", "father_id", "mother_id"]
    changed = sheet.copy()
    changed[names] = sheet[names].map(lambda name: other.get(name, name))
    return changed


def check_exchanges(bench):
    sheet = cohorts.ceu_sheet(bench)
    names = {name.split("@")[0]: name for name in sheet["sample_id"]}
    one, two = (names[person] for person in EXCHANGED)
    run = bench.run(
        "ceu_exchanged",
        sheet=exchange(sheet, one, two),
        genotypes=cohorts.vcf(bench, "ceu_exome22_22/ceu_exome22_22.GRCh37.vcf.gz"),
    )
    swaps = run.table("qc/swaps.tsv")
    pairs = zip(swaps["sample_1"], swaps["sample_2"], strict=True)
    right = [frozenset(pair) == {one, two} for pair in pairs]
    found = swaps[right]
    said = ", ".join(f"{row.confidence} ({row.kinds})" for row in found.itertuples())
    return [
        Row(
            "swap_planted",
            "ceu_exome22_22, the labels of the fathers of two families exchanged",
            "one swap, of these two",
            f"{count(len(swaps), 'suspected swap')}; of these two: {said or 'none'}",
            f"{len(swaps) - len(found)} others suspected",
        )
    ]


def check_sound(bench):
    suspected = {
        name: run(bench).table("qc/swaps.tsv")["confidence"]
        for name, run in SOUND.items()
    }
    return [
        Row(
            "swap_none",
            ", ".join(SOUND) + " as they are",
            "no swap is known",
            "; ".join(f"{name}: {tally(found)}" for name, found in suspected.items()),
            f"{sum(map(len, suspected.values()))} suspected in all",
        )
    ]


CHECKS = [
    Check("swap_planted", ("ceu_exome22_22",), check_exchanges),
    Check("swap_none", tuple(SOUND), check_sound),
]
