"""Samples: their metrics and sex, who is related, and their pharmacogenes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from genostrat.api.defaults import section
from genostrat.genotypes.builds import BUILDS
from genostrat.pgx.calling import call_diplotypes
from genostrat.pgx.knowledge.loading import choose_genes, load_knowledge
from genostrat.pgx.matching.rows import CallPolicy
from genostrat.qc.identity.sex import SexThresholds, infer_sex
from genostrat.qc.metrics import measure_samples
from genostrat.qc.relatedness.kinship import KinshipOptions, find_relatives
from genostrat.qc.relatedness.relationships import mark_doubtful
from genostrat.sheets.pedigree import read_pedigree

if TYPE_CHECKING:
    import pandas as pd

    from genostrat.api.genotypes import Genotypes


def tabulate_samples(
    genotypes: Genotypes, *, settings: Mapping[str, Any] | None = None
) -> pd.DataFrame:
    """Compute call rate, heterozygosity, depth, contamination and more by sample.

    Parameters
    ----------
    genotypes
        Of the cohort.
    settings
        Keys of the config's section ``qc`` with other values than the defaults.

    Returns
    -------
    DataFrame
        One row a sample; the columns of ``qc/sample_metrics.tsv``. What the data
        cannot say is missing.

    Examples
    --------
    >>> from genostrat import open_genotypes
    >>> table = tabulate_samples(open_genotypes("toy/genotypes"))
    >>> table.loc[table["call_rate"] < 0.95, "sample_id"].tolist()
    ['TOY-0001', 'TOY-0024']
    """
    qc = section("qc", settings)
    return measure_samples(
        genotypes.store,
        genotypes.read_metrics,
        min_sites_contamination=qc["min_sites_contamination"],
    )


def tell_sexes(
    genotypes: Genotypes,
    *,
    reported: Mapping[str, str] | None = None,
    settings: Mapping[str, Any] | None = None,
) -> pd.DataFrame:
    """Infer sex from the X and Y chromosomes, and compare it with what is reported.

    Parameters
    ----------
    genotypes
        Of the cohort.
    reported
        Sample → ``male`` or ``female``; blank where not known.
    settings
        Keys of the config's section ``qc`` with other values than the defaults.

    Returns
    -------
    DataFrame
        One row a sample; the columns of ``qc/sex.tsv``. With too few variants of both
        chromosomes the status is ``not_assessable``.

    Examples
    --------
    >>> from genostrat import open_genotypes
    >>> table = tell_sexes(open_genotypes("toy/genotypes"))
    >>> table["inferred_sex"].value_counts().to_dict()
    {'female': 31, 'male': 29}
    """
    import pandas as pd

    qc = section("qc", settings)
    names = SexThresholds.__dataclass_fields__
    return infer_sex(
        genotypes.store,
        pd.Series(dict(reported or {}), dtype=str),
        genotypes.read_metrics,
        build=BUILDS[genotypes.build],
        thresholds=SexThresholds(**{name: qc[name] for name in names}),
    )


def list_relatives(
    genotypes: Genotypes,
    *,
    settings: Mapping[str, Any] | None = None,
    threads: int = 1,
) -> pd.DataFrame:
    """List the pairs of related samples by KING-robust kinship.

    Parameters
    ----------
    genotypes
        Of the cohort.
    settings
        Keys of the config's section ``qc`` with other values than the defaults, such as
        ``min_kinship_written``.
    threads
        Changes no result.

    Returns
    -------
    DataFrame
        One row a pair whose kinship can be told from chance; the columns of
        ``qc/relatedness.tsv``. Empty where the data cannot say:
        ``attrs["assessable"]`` tells which it is.

    Notes
    -----
    Manichaikul 2010 (doi 10.1093/bioinformatics/btq559), the estimator between
    families, on common variants; standard errors from a block jackknife.

    Examples
    --------
    >>> from genostrat import open_genotypes
    >>> pairs = list_relatives(open_genotypes("toy/genotypes"))
    >>> pairs.loc[0, ["sample_1", "sample_2", "relationship"]].tolist()
    ['TOY-0008', 'TOY-0047', 'first']
    """
    import pandas as pd

    qc = section("qc", settings)
    nobody = pd.DataFrame({"sample_id": genotypes.samples, "sex": ""}, dtype=str)
    pairs, record = find_relatives(
        genotypes.store,
        options=KinshipOptions(
            min_kinship=qc["min_kinship_written"],
            min_sites=qc["min_sites_kinship"],
            min_maf=qc["min_maf"],
            max_missing_rate=qc["max_missing_rate"],
        ),
        pedigree=read_pedigree(nobody),
        threads=threads,
    )
    # Whether a sample is a mixture is not asked here.
    pairs = mark_doubtful(pairs, {})
    pairs.attrs["assessable"] = record["assessable"]
    return pairs


def call_pharmacogenes(
    genotypes: Genotypes,
    *,
    genes: Sequence[str] = (),
    sexes: Mapping[str, str] | None = None,
    settings: Mapping[str, Any] | None = None,
) -> pd.DataFrame:
    """Call diplotypes and phenotypes of pharmacogenes.

    Parameters
    ----------
    genotypes
        Of the cohort.
    genes
        The genes to call; none for all.
    sexes
        Sample → ``male`` or ``female``, for genes of the X chromosome.
    settings
        Keys of the config's section ``pgx`` with other values than the defaults.

    Returns
    -------
    DataFrame
        One row a sample and gene; the columns of ``pgx/diplotypes.tsv``. A position
        that was not assayed is never taken for reference: a call that it could change
        is ``ambiguous``.

    Raises
    ------
    GenostratError
        If a gene is unknown, or the genotypes are on another build.

    Examples
    --------
    >>> from genostrat import open_genotypes
    >>> calls = call_pharmacogenes(open_genotypes("toy/genotypes"), genes=["CYP2C19"])
    >>> calls.loc[0, ["sample_id", "diplotype", "phenotype", "status"]].tolist()
    ['TOY-0001', '*1/*35', 'Intermediate Metabolizer', 'ambiguous']
    """
    pgx = section("pgx", settings)
    source = pgx["knowledge"]
    knowledge = load_knowledge(source, build=genotypes.build)
    calls = call_diplotypes(
        genotypes.site_records,
        choose_genes(knowledge, genes=list(genes) or pgx["genes"]),
        samples=genotypes.samples,
        sexes=sexes or {},
        policy=CallPolicy(
            absent=pgx["absent"],
            force_absent_reference=tuple(pgx["force_absent_reference"]),
            max_explanations=pgx["max_explanations"],
        ),
    )
    return calls.diplotypes
