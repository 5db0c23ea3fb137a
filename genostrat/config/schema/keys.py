"""The schema of the configuration: every key, its type, default and meaning.

Kept in Python as plain data and written out as JSON Schema for editors
(``config/schema/``); ``config/README.md`` is generated from it too.
"""

from __future__ import annotations

from typing import Any

from genostrat.catalogues.knowledge_sources import tell_definitions, tell_guidance
from genostrat.config.schema.burden import BURDEN
from genostrat.config.schema.exports import EXPORTS
from genostrat.config.schema.outcomes import OUTCOMES, TREATMENT
from genostrat.config.schema.parts import COHORT_NAME, list_panels
from genostrat.config.schema.parts import make_cell as _cell
from genostrat.config.schema.parts import make_choice as _choice
from genostrat.config.schema.parts import make_number as _number
from genostrat.config.schema.parts import make_object as _object
from genostrat.config.schema.parts import make_path as _path
from genostrat.config.schema.parts import make_paths as _paths
from genostrat.config.schema.parts import make_text as _text
from genostrat.config.schema.parts import make_texts as _texts
from genostrat.config.schema.parts import make_whole as _whole
from genostrat.config.schema.qc import QC, VARIANT_QC
from genostrat.config.schema.response import RESPONSE
from genostrat.config.schema.strata import STRATA
from genostrat.config.schema.studies import STUDIES
from genostrat.config.schema.variants import VARIANTS
from genostrat.provenance import GENOTYPE_SOURCES
from genostrat.registry.words.pgx import OUTSIDE_FORMATS
from genostrat.registry.words.profile import TRANSFORMS

POLICY: dict[str, Any] = {
    "seed": _whole("Every random draw derives from this number.", 0, 2**32 - 1),
    "ingest": _object(
        "Reading genotypes.",
        {
            "pieces": _whole(
                "Parts of the genome read in parallel; changes no result.", 1, 1000
            ),
            "filters": _texts(
                "FILTER values that are kept; `.` is a record without one;"
                " an empty list keeps all."
            ),
            "genotype_filters": _texts(
                "FORMAT/FT values of a call that stands; one with any other value is"
                " missing. An empty list keeps all."
            ),
            "min_depth": _whole(
                "Fewest reads of a call (MIN_DP, else DP, else the sum of AD); one"
                " with fewer is missing. 0 asks nothing; a call that does not say"
                " stands.",
                0,
            ),
            "min_genotype_quality": _whole(
                "Lowest GQ of a call; one below it is missing. 0 asks nothing; a call"
                " that does not say stands.",
                0,
            ),
            "half_calls": _choice(
                "What a half-call such as `0/.` becomes.", ["missing", "reference"]
            ),
            "absent_calls": _choice(
                "What an absent genotype means where the file looks like a merge of"
                " single-sample files.",
                ["refuse", "missing", "reference"],
            ),
            "keep_phase": {
                "type": "boolean",
                "description": "Whether the store keeps the phase of calls such as"
                " `0|1`.",
            },
        },
    ),
    "qc": QC,
    "variant_qc": VARIANT_QC,
    "variants": _object(
        "Summary of variant calls.",
        VARIANTS,
    ),
    "pgx": _object(
        "Pharmacogenes, phenotypes and guidance.",
        {
            "knowledge": _path(f"{tell_definitions()}."),
            "genes": _texts("Genes that are called; an empty list calls all."),
            "guidance": {
                **_texts(
                    "Where advice on medicines is from, one or several:"
                    f" {tell_guidance()}."
                ),
                "minItems": 1,
                "uniqueItems": True,
            },
            "country": _choice(
                "Whose names of medicines stand first on patient sheets.", ["GB", "US"]
            ),
            "absent": _choice(
                "What a position that is not in the file means. `reference` is for"
                " files that list variant sites only; it is a guess.",
                ["missing", "reference"],
            ),
            "force_absent_reference": _texts(
                "Genes for which `absent: reference` holds although it is refused by"
                " default: their reference allele is not the common one.",
                items={"type": "string", "enum": ["CYP2C19", "CYP3A5", "UGT1A1"]},
            ),
            "panels": _texts(
                "Panels of variants whose result is taken for the gene's call where"
                " positions that it does not have were not read. Such a call is marked,"
                " and says what the panel cannot see.",
                items={"type": "string", "enum": list_panels()},
            ),
            "min_depth": _whole(
                "Fewest reads (MIN_DP, else DP, else the sum of AD) of a genotype that"
                " pharmacogenes are called from; one with fewer is missing. 0 asks"
                " nothing; a genotype that does not say stands.",
                0,
                200,
            ),
            "min_genotype_quality": _whole(
                "Lowest GQ of a genotype that pharmacogenes are called from; one below"
                " it is missing. 0 asks nothing; a genotype that does not say stands.",
                0,
                200,
            ),
            "max_explanations": _whole(
                "Diplotypes that one sample's genotypes may have in a gene; with more"
                " the gene is not called.",
                1,
                1_000_000,
            ),
            "patient_sheets": {
                "type": "boolean",
                "description": "Whether a page is written for each patient, with what"
                " genes and stratum mean for them.",
            },
        },
    ),
    "profile": _object(
        "The molecular profile of each patient.",
        {
            "adjust_for": _texts("Sheet columns regressed out of every layer."),
            "ancestry_pcs": _whole("Ancestry PCs regressed out as well.", 0, 50),
            "ancestry_space": _choice(
                "Whose components these are: the cohort's own, which mean nothing in"
                " another cohort; or those of `reference_panel`, which a frozen model"
                " can place new patients among. `auto`: the panel's where it has one.",
                ["auto", "own", "panel"],
            ),
            "max_features": _whole("Features of highest variance kept per layer.", 2),
            "max_missing_rate": _number(
                "Share of missing values above which a feature is dropped.", 0, 1
            ),
            "clinical_features": _texts("Sheet columns used as a clinical layer."),
            "pgx": {
                "type": "boolean",
                "description": "Whether pharmacogenes are a layer: activity scores, or"
                " the sum of both alleles' function values. They follow ancestry.",
            },
            "min_score_match": _number(
                "Share of a polygenic score's variants, and of their weight, that the"
                " genotypes must have; below it the score is refused.",
                0,
                1,
            ),
            "burden": BURDEN,
        },
    ),
    "strata": STRATA,
    "bundle": _object(
        "What may be given to others.",
        {
            "threshold": _whole("Smallest count of patients that is shown.", 5, 100),
            "releases": _path(
                "Folder in which `genostrat release` records who each release was"
                " about. It stays at the centre, and is kept."
            ),
            "genes": _texts(
                "Pharmacogenes whose phenotypes are counted, the first first: as many"
                " as the number of patients allows. Empty: all, those with the fewest"
                " phenotypes first."
            ),
        },
    ),
    "assign": _object(
        "Giving new patients a stratum by a frozen model.",
        {
            "unknown_ancestry": _choice(
                "What new patients whose place among the model's ancestry components"
                " cannot be told lead to. `mean` counts them as the average training"
                " patient.",
                ["refuse", "mean"],
            ),
            "platform": _choice(
                "Whether the new patients' matrices were measured as the training"
                " cohort's were. `other` brings them to its scale by the patients' own"
                " ranks, and asks for 20 patients of one platform.",
                ["same", "other"],
            ),
        },
    ),
    "response": _object("Treatment response by stratum.", RESPONSE),
    "exports": _object("Files for other programs: target `exports`.", EXPORTS),
    "report": _object(
        "The cohort report.",
        {
            "colour_by": _text("Sheet column that colours the ancestry figure."),
            "show_ids": {
                "type": "boolean",
                "description": "Whether identifiers may stand in the cohort report.",
            },
        },
    ),
}

INPUTS: dict[str, Any] = {
    "samples": _object(
        "The clinical sheet.",
        {
            "path": _path("Tab-separated file, one row a patient."),
            "columns": {
                "type": "object",
                "description": "Other names in the sheet: `our_name: its name`.",
                "additionalProperties": {"type": "string"},
            },
            "extra_columns": _texts("Further columns of the sheet to carry along."),
            "overrides": _path(
                "Tab-separated file of decisions by hand, which win over every rule:"
                " `sample_id`, `decision` (keep, flag, exclude), `reason`, `who`."
            ),
            "opt_out": _path(
                "Tab-separated file of people who have withdrawn: `sample_id` (or the"
                " person's `subject_id`) and `date`. Nothing of them is read."
            ),
            "unknown_columns": _choice(
                "What a column that nothing names leads to.", ["refuse", "ignore"]
            ),
            "missing_values": _texts(
                "Cells that mean “no value”, next to blank.", items=_cell("A cell.")
            ),
            "sex_codes": {
                "type": "object",
                "description": "What cells of `sex` mean, where not as usual:"
                " `{1: female, 2: male}`.",
                "additionalProperties": {
                    "type": "string",
                    "enum": ["female", "male", "unknown"],
                },
            },
            "ancestry_labels": {
                "type": "object",
                "description": "What words of `reported_ancestry` are among the labels"
                " of `reference_panel`: `{White British: EUR, Asian: [EAS, SAS], mixed:"
                " unknown}`; one that is a label itself need not be named.",
                "additionalProperties": {
                    "type": ["string", "array"],
                    "items": {"type": "string"},
                    "minLength": 1,
                },
            },
            "unmatched": _choice(
                "What samples that are in only one of the inputs lead to.",
                ["refuse", "drop"],
            ),
        },
        required=["path"],
    ),
    "genotypes": _object(
        "The cohort's genotypes.",
        {
            "vcf": _paths(
                "A multi-sample VCF or BCF, best with an index, or a list of such"
                " files with the same samples and different contigs."
            ),
            "plink": _paths(
                "Instead of `vcf`: a PLINK 1 fileset by its path without suffix"
                " (`.bed`, `.bim`, `.fam`), or a list of filesets."
            ),
            "pgen": _paths(
                "Instead of `vcf`: a PLINK 2 fileset by its path without suffix"
                " (`.pgen`, `.pvar` or `.pvar.zst`, `.psam`), or a list of filesets."
            ),
            "fasta": _path(
                "The sequence of the build, a FASTA file indexed by `samtools faidx`:"
                " variants whose alleles are not the genome's are then found."
            ),
            "build": _choice(
                "Genome build, checked against the data.", ["GRCh37", "GRCh38"]
            ),
            "build_contradiction": _choice(
                "What happens where the data say that they are on another assembly:"
                " `refuse`, or `warn` where only the header is known to be wrong.",
                ["refuse", "warn"],
            ),
        },
        required=["build"],
        oneOf=[{"required": [source]} for source in GENOTYPE_SOURCES],
    ),
    "reference_panel": _object(
        "People of known ancestry, by which the cohort's ancestry is labelled; on the"
        " cohort's build.",
        {
            "vcf": _paths("A VCF or BCF, or a list of them, as `genotypes.vcf`."),
            "plink": _paths("Instead of `vcf`: as `genotypes.plink`."),
            "pgen": _paths("Instead of `vcf`: as `genotypes.pgen`."),
            "labels": _path(
                "Tab-separated file: `sample_id`, `ancestry` and, if known,"
                " `population`, by which an ancestry of several populations is told"
                " better. People without a row are left out."
            ),
            "columns": {
                "type": "object",
                "description": "Other names in that file: `our_name: its name`.",
                "properties": {
                    name: _text(f"Its name of `{name}`.")
                    for name in ("sample_id", "ancestry", "population")
                },
                "additionalProperties": False,
            },
        },
        required=["labels"],
        oneOf=[{"required": [source]} for source in GENOTYPE_SOURCES],
    ),
    "matrices": {
        "type": "array",
        "description": "Omics matrices; each is a layer of the profile.",
        "items": _object(
            "An omics matrix.",
            {
                "name": {
                    "type": "string",
                    "pattern": COHORT_NAME,
                    "description": "Name of the layer.",
                },
                "path": _path(
                    "TSV (may be .gz) or Parquet; first row and column are names."
                ),
                "orientation": _choice(
                    "What the rows are.",
                    ["features_by_samples", "samples_by_features"],
                ),
                "transform": _choice(
                    "Applied to the values first: none; log2, of x + 1, for TPM and"
                    " the like; counts, for raw counts, which are divided by size"
                    " factors (median of ratios) before log2 is taken; m_values, for"
                    " methylation beta values; rank, within each patient. The most"
                    " variable features are chosen after it.",
                    list(TRANSFORMS),
                ),
            },
            required=["name", "path", "orientation"],
        ),
    },
    "scores": {
        "type": "array",
        "description": "Polygenic score files of the PGS Catalog, harmonised to the"
        " cohort's build for choice; together they are a layer of the profile.",
        "uniqueItems": True,
        "items": _path("A scoring file; may be .gz."),
    },
    "gene_sets": {
        "type": "array",
        "description": "Gene sets (GMT), for the enrichment of strata and for"
        " `profile.burden`.",
        "uniqueItems": True,
        "items": _path(
            "A GMT file, may be .gz: name, description, genes, tabs between."
        ),
    },
    "outside_calls": {
        "type": "array",
        "description": "Calls of other tools for genes that genotypes cannot tell,"
        " such as CYP2D6 and HLA-B.",
        "items": _object(
            "A file of calls.",
            {
                "path": _path("The file, or a directory of files."),
                "format": _choice("The tool whose form it has.", list(OUTSIDE_FORMATS)),
            },
            required=["path", "format"],
        ),
    },
    "alterations": _path(
        "Results of molecular tests of tumours, for the target `studies`: a"
        " tab-separated file with `sample_id`, `gene`, `result` and, where known,"
        " `protein_change`. A gene without a row was not tested."
    ),
    "treatment": TREATMENT,
    "outcomes": OUTCOMES,
    "labels": _texts(
        "Sheet columns with a known class (a diagnosis, PAM50) to compare strata with."
    ),
    "simulate": _object(
        "Make the inputs of a toy cohort before anything else.",
        {
            "n_samples": _whole("Samples to make.", 60, 5000),
            "n_subgroups": {
                "type": "integer",
                "enum": [0, 3],
                "description": "Planted molecular subgroups.",
            },
        },
        required=["n_samples", "n_subgroups"],
    ),
}


def config_schema() -> dict[str, Any]:
    """Return the JSON Schema of ``config/config.yaml`` and ``--configfile`` files."""
    properties = {
        "cohorts": {
            "type": "array",
            "description": "Cohorts to run; each has a file in `cohort_dir`. Empty only"
            " for the target `studies`.",
            "items": {"type": "string", "pattern": COHORT_NAME},
            "uniqueItems": True,
        },
        "studies": STUDIES,
        "cohort_dir": _path("Folder of the cohort files."),
        "model": _path(
            "For the target `assign`: folder of a frozen model, such as"
            " `results/<cohort>/strata/model`."
        ),
        "cohort": {
            "type": "string",
            "pattern": COHORT_NAME,
            "description": "For the target `assign`: the cohort of the new patients;"
            " `cohorts` does not count then.",
        },
        "bundles": {
            "type": "array",
            "description": "For the target `coordinate`: folders of bundles, each from"
            " another centre; nothing else of any centre is read.",
            "uniqueItems": True,
            "items": _path("The folder of a bundle."),
        },
        "pathvars": {
            "type": "object",
            "description": "Snakemake's own: where results, logs and benchmarks go.",
        },
    }
    return _root("Configuration of genostrat", properties | POLICY)


def cohort_schema() -> dict[str, Any]:
    """Return the JSON Schema of ``config/cohorts/<cohort>.yaml``."""
    return _root("A cohort", INPUTS | POLICY, required=["samples"])


def _root(title: str, properties: dict[str, Any], **more: Any) -> dict[str, Any]:
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title}
    return head | _object(title, properties, **more)
