# What the rules need to know that is of no one cohort: records of studies, bundles of
# other centres, and the frozen model that new patients are assigned by.
from pathlib import Path

from snakemake.exceptions import WorkflowError

from genostrat import provenance
from genostrat.config.files import reads_studies
from genostrat.registry.words.centres import COORDINATED
from genostrat.registry.words.report import SIDE_BY_SIDE
from genostrat.registry.words.studies import PORTFOLIO
from genostrat.studies.records.reading import list_files


def listing_of_studies(wildcards):
    """Return a digest of names, sizes and times of the files of trial records."""
    return provenance.digest_listing(list_files(STUDIES["records"]))


def portfolio_of_studies(wildcards):
    """Return what the portfolio's part of the target `studies` makes."""
    if not reads_studies(STUDIES):
        return []
    names = ["portfolio.html", "feed.json", "ctml.json"]
    return collect("<results>/{cohort}/studies/{name}", cohort=PORTFOLIO, name=names)


def reading_of_studies(wildcards):
    """Return the record of the reading of trial records, which is their check."""
    if not reads_studies(STUDIES):
        return []
    return collect("<results>/{cohort}/studies/reading.json", cohort=PORTFOLIO)


def matches_of_cohorts(wildcards):
    """Return the page of who fits which study, of every cohort."""
    if not reads_studies(STUDIES):
        raise WorkflowError(
            "there are no trial records: name files or folders in studies.records, or"
            " trials in studies.ctml"
        )
    return collect("<results>/{cohort}/studies/matches.html", cohort=COHORTS)


def cohorts_side_by_side(wildcards):
    """Return the page of all cohorts, where there are several."""
    if len(COHORTS) < 2:
        return []
    return collect("<results>/{cohort}/report/cohorts.html", cohort=SIDE_BY_SIDE)


def manifests_of_bundles(wildcards):
    """Return the manifest of every bundle; an archive, which is refused, as it is."""
    return [
        path if Path(path).is_file() else f"{path}/manifest.json" for path in BUNDLES
    ]


def listing_of_bundles(wildcards):
    """Return a digest of names, sizes and times of what lies in the bundles."""
    return provenance.digest_listing(
        sorted(file for path in BUNDLES for file in Path(path).glob("*"))
    )


def coordination(wildcards):
    """Return what the target `coordinate` makes."""
    if not BUNDLES:
        raise WorkflowError(
            "there is no bundle: name folders of several centres: snakemake coordinate"
            " --config 'bundles=[FOLDER,FOLDER]'"
        )
    return collect("<results>/{cohort}/coordinate/page.html", cohort=COORDINATED)


def folder_of_model(wildcards):
    """Return the folder of the frozen model that new patients are assigned by."""
    if PLAN is None:
        raise WorkflowError(
            "nobody to assign: name a frozen model and the cohort of the new patients:"
            " snakemake assign --config model=FOLDER cohort=NAME"
        )
    return PLAN.folder


def files_of_model(wildcards):
    """Return the files of the frozen model."""
    return [f"{folder_of_model(wildcards)}/{n}" for n in ("model.json", "arrays.npz")]


def layers_of_model(wildcards):
    """Return the cohort's matrices that are layers of the model."""
    return [] if PLAN is None else [dict(matrix) for matrix in PLAN.matrices]


def matrices_of_model(wildcards):
    """Return the files of these matrices."""
    return [matrix["path"] for matrix in layers_of_model(wildcards)]


def model_takes_genotypes(wildcards):
    return PLAN is not None and PLAN.genotypes


def model_takes_scores(wildcards):
    return PLAN is not None and PLAN.scores


def model_takes_pharmacogenes(wildcards):
    return PLAN is not None and PLAN.pharmacogenes


def assignments_of_cohort(wildcards):
    """Return what the target `assign` makes."""
    folder_of_model(wildcards)
    return collect("<results>/{cohort}/assign/assignments.tsv", cohort=COHORTS)
