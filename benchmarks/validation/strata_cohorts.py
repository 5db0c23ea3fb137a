"""Sheets and matrices of the cohorts that strata are looked for in."""

from dataclasses import dataclass, field

import pandas as pd

from benchmarks.validation.cohorts import read
from benchmarks.validation.workbench import keep_or_write

#: Classes of mutations of a MAF that change a protein.
NON_SILENT = frozenset(
    {
        "Frame_Shift_Del",
        "Frame_Shift_Ins",
        "In_Frame_Del",
        "In_Frame_Ins",
        "Missense_Mutation",
        "Nonsense_Mutation",
        "Nonstop_Mutation",
        "Splice_Site",
        "Translation_Start_Site",
    }
)
#: Fewest patients with a mutation for a gene to be a feature.
MIN_MUTATED = 5
ICB_STUDIES = ("Hugo", "Liu", "Miao", "Nathanson", "Padron", "Riaz", "Van_Allen")


@dataclass(frozen=True)
class Cohort:
    """What the workflow is given, and what is known of it.

    Parameters
    ----------
    name
        Of the run, and of the row's note.
    title
        How the page names it.
    sheet
        One row a patient, everything as text.
    matrices
        The config's ``matrices``.
    labels
        Columns of the sheet with known classes.
    survival
        Columns with time and event, if the strata are held against survival.
    config
        Further keys of the cohort's file.
    """

    name: str
    title: str
    sheet: pd.DataFrame
    matrices: list
    labels: tuple = ()
    survival: tuple = ()
    config: dict = field(default_factory=dict)


def layer(path, name, *, features_first):
    """Return an entry of the config's ``matrices``."""
    orientation = "features_by_samples" if features_first else "samples_by_features"
    return {"name": name, "path": str(path.resolve()), "orientation": orientation}


BRCA_LAYERS = ("mrna", "mirna", "protein")


def brca(bench, layers):
    """Return the training patients of the TCGA breast cancers."""
    folder = "tcga_brca_mixomics"
    named = "_".join(layers) if layers != BRCA_LAYERS else "three_layers"
    return Cohort(
        f"brca_{named}",
        f"{folder}, train, {' + '.join(layers)}",
        read(bench, f"{folder}/train_subtype.tsv").rename(
            columns={"sample": "sample_id"}
        ),
        [
            layer(bench.data / folder / f"train_{name}.tsv", name, features_first=False)
            for name in layers
        ],
        labels=("subtype",),
    )


def nki(bench):
    folder = "breast_nkis"
    sheet = read(bench, f"{folder}/clinical.tsv")
    sheet = sheet.rename(columns={sheet.columns[0]: "sample_id", "series": "batch"})
    sheet["er"] = sheet["er"].replace({"1": "ER+", "0": "ER-"})
    sheet["grade"] = "G" + sheet["grade"]
    return Cohort(
        "nki",
        folder,
        sheet,
        [layer(bench.data / folder / "expression.tsv.gz", "rna", features_first=False)],
        labels=("er", "grade"),
        survival=("t.os", "e.os"),
    )


def golub(bench):
    folder = "golub38"
    return Cohort(
        "golub",
        folder,
        read(bench, f"{folder}/labels.tsv").rename(columns={"sample": "sample_id"}),
        [layer(bench.data / folder / "expression.tsv.gz", "rna", features_first=True)],
        labels=("class",),
    )


def bullinger(bench):
    folder = "aml_bullinger116"
    sheet = read(bench, f"{folder}/clinical.tsv")
    sheet = sheet.rename(
        columns={
            sheet.columns[0]: "sample_id",
            "Cytogenetic.group": "karyotype",
            "FLT3.aberration.": "flt3",
            "FAB.subtype.": "fab",
            "Sex": "sex",
            "Age": "age",
        }
    )
    # A cell that a spreadsheet would run as a formula is refused.
    sheet["karyotype"] = sheet["karyotype"].replace("+8sole", "trisomy 8")
    path = bench.data / folder / "expression_imputed.tsv.gz"
    return Cohort(
        "bullinger",
        folder,
        sheet,
        [layer(path, "rna", features_first=False)],
        labels=("karyotype", "flt3", "fab"),
        survival=("time", "event"),
    )


def gbm(bench):
    folder = "tcga_gbm_cancersubtypes"
    files = {"mrna": "gene_expression.tsv.gz", "mirna": "mirna_expression.tsv.gz"}
    return Cohort(
        "gbm",
        f"{folder}, mrna + mirna",
        read(bench, f"{folder}/survival.tsv").rename(columns={"sample": "sample_id"}),
        [
            layer(bench.data / folder / file, name, features_first=True)
            for name, file in files.items()
        ],
        survival=("time_days", "death"),
    )


def mutation_matrix(mutations):
    """Return genes × patients, 1 where a patient has a mutation that is not silent.

    Parameters
    ----------
    mutations
        Rows of a MAF. Patients with silent mutations alone are columns of zeros;
        genes mutated in fewer than 5 patients are left out.
    """
    patients = sorted(set(mutations["Tumor_Sample_Barcode"]))
    changing = mutations[mutations["Variant_Classification"].isin(NON_SILENT)]
    counts = pd.crosstab(changing["Hugo_Symbol"], changing["Tumor_Sample_Barcode"])
    mutated = (counts > 0).astype(int).reindex(columns=patients, fill_value=0)
    return mutated[mutated.sum(axis=1) >= MIN_MUTATED].rename_axis(None, axis=1)


def laml(bench):
    folder = "tcga_laml"
    sheet = read(bench, f"{folder}/tcga_laml_annot.tsv").rename(
        columns={"Tumor_Sample_Barcode": "sample_id", "FAB_classification": "fab"}
    )
    path = bench.scratch("laml_mutations.tsv")
    matrix = mutation_matrix(read(bench, f"{folder}/tcga_laml.maf.gz"))
    keep_or_write(path, matrix.to_csv(sep="\t"))
    return Cohort(
        "laml",
        f"{folder}, {len(matrix)} genes mutated in {MIN_MUTATED} patients or more",
        sheet,
        [layer(path, "mutations", features_first=True)],
        labels=("fab",),
        survival=("days_to_last_followup", "Overall_Survival_Status"),
    )


def pool_studies(expressions, clinicals):
    """Put studies together on the genes that all of them have.

    Parameters
    ----------
    expressions
        Study → genes × patients.
    clinicals
        Study → table with sample, sex, age, tissueid and response.

    Returns
    -------
    matrix
        Genes × patients. Patients are named after their study, since studies use the
        same names for different people.
    sheet
        One row a patient; the study is the centre.
    """
    genes = set.intersection(*(set(table.index) for table in expressions.values()))
    parts, sheets = [], []
    for study, table in expressions.items():
        parts.append(table.loc[sorted(genes)].add_prefix(f"{study}_"))
        sheet = clinicals[study][["sample", "sex", "age", "tissueid", "response"]]
        sheet = sheet.rename(columns={"sample": "sample_id"})
        sheet["sample_id"] = f"{study}_" + sheet["sample_id"].astype(str)
        sheets.append(sheet.assign(centre=study))
    return pd.concat(parts, axis=1), pd.concat(sheets, ignore_index=True)


def icb(bench):
    folder = "icb_predictior"
    matrix, sheet = pool_studies(
        {
            study: read(bench, f"{folder}/{study}_expression.tsv.gz").pipe(
                lambda table: table.set_index(table.columns[0])
            )
            for study in ICB_STUDIES
        },
        {s: read(bench, f"{folder}/{s}_clinical.tsv") for s in ICB_STUDIES},
    )
    path = bench.scratch("icb_expression.tsv")
    keep_or_write(path, matrix.to_csv(sep="\t"))
    return Cohort(
        "icb",
        f"{folder}, seven studies pooled on {len(matrix):,} common genes,"
        " the study as centre",
        sheet,
        [layer(path, "rna", features_first=True)],
        labels=("centre", "tissueid", "response"),
    )
