"""Telling a merge of single-sample files from a joint call."""

from __future__ import annotations

from collections.abc import Mapping

from genostrat.errors import Problem

#: A merge has no homozygous-reference calls, or hardly any among those that are called.
#: Parent and child, called jointly at sites where one of them varies, have 4 %.
MERGED_MAX_HOM_REF = 0.02
#: It has missing genotypes instead: 5 % of all in a merge of parent and child, a
#: quarter in one of two unrelated people. Two copies of a sample have neither.
MERGED_MIN_MISSING = 0.03
#: So many missing genotypes to one that is homozygous reference.
MERGED_MIN_RATIO = 20
#: With fewer missing genotypes nothing can be told.
MERGED_MIN_COUNT = 20


def looks_merged(genotypes: Mapping[str, int], *, n_samples: int) -> bool:
    """Say whether genotypes look like single-sample files merged into one.

    Such a file has no homozygous-reference calls: where one sample has a variant, the
    others are missing. Relatedness, ancestry and frequencies from it are wrong
    (reported for peddy, issue 90, and somalier, issue 141). In a joint call of as few
    as two samples, where one varies the other is mostly homozygous reference.

    Parameters
    ----------
    genotypes
        Autosomal genotypes: how many are missing, hom_ref, and other.
    n_samples
        Of the file; one alone is no merge.
    """
    missing, hom_ref = genotypes.get("missing", 0), genotypes.get("hom_ref", 0)
    total = sum(genotypes.values())
    if n_samples < 2 or missing < MERGED_MIN_COUNT or missing == total:
        return False
    return (
        hom_ref < MERGED_MAX_HOM_REF * (total - missing)
        and missing > MERGED_MIN_MISSING * total
        and missing >= MERGED_MIN_RATIO * hom_ref
    )


def describe_merge(file: str, genotypes: Mapping[str, int]) -> Problem:
    """Return the problem of a file that looks merged."""
    total = sum(genotypes.values())
    return Problem(
        "this looks like single-sample files merged into one: where one sample has a"
        " variant, the others have no genotype, so relatedness, ancestry and"
        " frequencies would all be wrong",
        file=file,
        found=f"{genotypes.get('hom_ref', 0) / total:.1%} homozygous reference and"
        f" {genotypes.get('missing', 0) / total:.1%} missing genotypes",
        allowed="a jointly called file",
        fix="call the samples jointly; or, if every absent genotype is known to be"
        " homozygous reference, set ingest.absent_calls: reference",
    )
