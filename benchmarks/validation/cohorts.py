"""The sheets and files of the data sets, in the words of the workflow."""

import pandas as pd

from genostrat.errors import GenostratError

CONTINENTS = {"EUR", "EAS", "AFR", "SAS", "AMR"}


def vcf(bench, path, *, build="GRCh37"):
    """Return the config's ``genotypes`` for a file of a data set."""
    return {"vcf": str((bench.data / path).resolve()), "build": build}


def read(bench, path):
    """Read a table of a data set, everything as text."""
    found = bench.data / path
    if not found.is_file():
        raise GenostratError(f"{path} is not in the data folder")
    return pd.read_csv(found, sep="\t", dtype=str, keep_default_na=False)


def kg_labels(bench, folder):
    """Return the labels of a 1000 Genomes set: sample_id, sex, population, ancestry."""
    labels = read(bench, f"{folder}/labels.tsv")
    return labels.rename(
        columns={"sample": "sample_id", "superpopulation": "ancestry"}
    )[["sample_id", "sex", "population", "ancestry"]]


def uwgac_sheet(bench):
    labels = read(bench, "kg3_uwgac_1126/labels.tsv")
    return labels.rename(columns={"sample.id": "sample_id", "Population": "population"})


def ceu_sheet(bench):
    """Return the exome cohort's sheet; a parent not genotyped keeps its own name."""
    labels = read(bench, "ceu_exome22_22/labels.tsv")
    names = dict(zip(labels["coriell"], labels["vcf_sample"], strict=True)) | {"0": ""}
    return pd.DataFrame(
        {
            "sample_id": labels["vcf_sample"],
            "sex": labels["sex"],
            "father_id": [names.get(name, name) for name in labels["father"]],
            "mother_id": [names.get(name, name) for name in labels["mother"]],
            "population": labels["population"],
        }
    )


def trio_sheet():
    """Return the sheet of the GATK trio, as its README tells it."""
    return pd.DataFrame(
        {
            "sample_id": ["NA12878", "NA12891", "NA12892"],
            "sex": ["female", "male", "female"],
            "father_id": ["NA12891", "", ""],
            "mother_id": ["NA12892", "", ""],
        }
    )


def hail_sheet(bench):
    """Return the sheet of the Hail cohort.

    The file's sexes are placeholders (everybody is 2, fathers too) and left out. What
    follows ``::`` in a name is the person.
    """
    columns = ["family", "sample_id", "father_id", "mother_id", "sex", "phenotype"]
    family = pd.read_csv(
        bench.data / "hail_1kg_100/sample.fam",
        sep=r"\s+",
        names=columns,
        dtype=str,
        keep_default_na=False,
    )
    sheet = family[["sample_id", "father_id", "mother_id"]].replace("0", "")
    sheet["subject_id"] = sheet["sample_id"].str.split("::").str[-1]
    return sheet


def pairs_of_parents(sheet):
    """Return the pairs of parent and child of a sheet, both of them in it."""
    present = set(sheet["sample_id"])
    return {
        frozenset((child, parent))
        for child, *parents in zip(
            sheet["sample_id"], sheet["father_id"], sheet["mother_id"], strict=True
        )
        for parent in parents
        if parent in present
    }


def pairs_of_replicates(sheet):
    """Return the pairs of samples of one person."""
    return {
        frozenset((one, two))
        for _, group in sheet.groupby("subject_id")
        for i, one in enumerate(group["sample_id"])
        for two in list(group["sample_id"])[i + 1 :]
    }


def trios_of(sheet):
    """Return the (child, father, mother) of a sheet that are all in it."""
    present = set(sheet["sample_id"])
    rows = zip(sheet["sample_id"], sheet["father_id"], sheet["mother_id"], strict=True)
    return [row for row in rows if set(row) <= present]
