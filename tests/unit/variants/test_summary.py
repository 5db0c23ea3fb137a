"""Numbers of the variants of a cohort, counted by hand on a table of a dozen."""

import numpy as np
import pandas as pd
import pytest

from genostrat.variants.summary import bin_spectrum, summarise_variants
from genostrat.variants.tables import divide

ROWS = [
    # contig, position, ref, alt, type, length, het, hom, missing, frequency
    ("1", 10, "A", "G", "snv", 0, 1, 0, 0.0, 0.05),  # transition, seen once
    ("1", 10, "A", "T", "snv", 0, 0, 1, 0.1, 0.1),  # twice, in one person
    ("1", 20, "AC", "AT", "snv", 0, 1, 1, 0.2, 0.15),  # transition, written longer
    ("1", 30, "GCA", "GGA", "snv", 0, 2, 0, 0.0, 0.1),
    ("2", 10, "C", "T", "snv", 0, 0, 0, 0.0, 0.0),  # nobody carries it
    ("2", 40, "T", "C", "snv", 0, 5, 3, 0.0, 0.55),
    ("2", 50, "G", "A", "snv", 0, 0, 10, 0.0, 1.0),
    ("2", 60, "G", "GA", "indel", 1, 1, 0, 0.3, 0.5),
    ("2", 60, "G", "GAA", "indel", 2, 4, 0, 0.0, 0.2),
    ("2", 70, "GAC", "G", "indel", -2, 3, 0, 0.0, 0.95),
    ("X", 10, "AC", "GT", "mnv", 0, 1, 1, 0.0, 0.15),
    ("X", 80, "AC", "GTT", "complex", 1, 3, 0, 0.4, 0.15),
    ("X", 90, "A", ".", "reference", -1, 0, 0, 0.0, np.nan),
    ("X", 95, "A", "C", "snv", 0, 3, 3, 0.0, 0.45),
]
NAMES = ["contig", "position", "ref", "alt", "type", "indel_length", "n_het"]
NAMES += ["n_hom_alt", "missing_rate", "alt_frequency"]
TABLE = pd.DataFrame(ROWS, columns=NAMES)


def test_a_summary_counts_what_a_hand_counts():
    assert summarise_variants(TABLE) == {
        "n_variants": 14,
        "n_snv": 8,
        "n_indel": 3,
        "n_mnv": 1,
        "n_complex": 1,
        "n_reference_only": 1,
        "n_from_multiallelic_sites": 4,  # 1:10 and 2:60, and not X:10
        "n_insertion": 3,
        "n_deletion": 2,
        "ti": 5,
        "tv": 3,
        "ti_tv": 5 / 3,
        "n_singleton": 2,
        "n_not_seen": 2,
        "mean_missing_rate": pytest.approx(1.0 / 14),
        "n_by_contig": {"1": 4, "2": 6, "X": 4},
    }
    only = summarise_variants(TABLE[:1])
    assert (only["ti"], only["tv"], only["ti_tv"]) == (1, 0, None)
    assert summarise_variants(TABLE[1:2])["ti_tv"] == 0


@pytest.mark.parametrize("ref", "ACGT")
@pytest.mark.parametrize("alt", "ACGT")
def test_transitions_stay_among_purines_or_pyrimidines(ref, alt):
    one = TABLE[:1].assign(ref=ref, alt=alt)
    longer = TABLE[:1].assign(ref=f"T{ref}G", alt=f"T{alt}G")
    is_transition = ref != alt and {ref, alt} in ({"A", "G"}, {"C", "T"})
    for table in (one, longer):
        found = summarise_variants(table)
        assert (found["ti"], found["tv"]) == (is_transition, not is_transition)


def test_a_spectrum_has_variants_that_were_seen_by_either_frequency():
    """Of autosomes; a frequency on an edge is in the bin that begins there."""
    table = bin_spectrum(TABLE, n_bins=4)
    assert table["af_bin_low"].tolist() == [0, 0.25, 0.5, 0.75] * 2
    assert table["af_bin_high"].tolist() == [0.25, 0.5, 0.75, 1] * 2
    assert table["class"].tolist() == ["snv"] * 4 + ["indel"] * 4
    # SNVs of 0.05, 0.1, 0.15, 0.1, 0.55 and 1; indels of 0.5, 0.2 and 0.95
    assert table["n_unfolded"].tolist() == [4, 0, 1, 1, 1, 0, 1, 1]
    assert table["n_folded"].tolist() == [5, 1, 0, 0, 2, 0, 1, 0]


def test_anything_by_nothing_is_not_known():
    found = divide([1, 2, 0, -3], [4, 0, 5, -1])
    assert found.tolist() == pytest.approx([0.25, np.nan, 0, np.nan], nan_ok=True)
