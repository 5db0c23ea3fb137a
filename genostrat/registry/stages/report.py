"""Tables of the report stage."""

from genostrat.registry.spec import Column, Table
from genostrat.registry.words import every as words

TABLES: tuple[Table, ...] = (
    Table(
        "report/report.html",
        "The cohort report: one page that needs no other file and no network, and can"
        " be read without its script, which sorts and filters tables. It names no"
        " samples unless report.show_ids is true, but its figures have a mark for each"
        " patient, so it is for those who may see patients. Its links lead to the files"
        " beside it.",
        (),
    ),
    Table(
        "report/cohort.html",
        "The same page with aggregates only: without any figure that has a mark for a"
        " patient or a pair, and without rows and sentences of single ones; its links"
        " lead nowhere else. Small groups may stand in it.",
        (),
        access="centre",
    ),
    Table(
        "report/cohorts.html",
        "The answers of all cohorts of a run side by side, with what was not assessed,"
        " and links to each. Small groups may stand in it.",
        (),
        access="centre",
        needs="several_cohorts",
    ),
    Table(
        "report/explore.html",
        "Linked views of single patients to select in: ancestry components with QC and"
        " relatives, the consensus of the clustering, outcomes by stratum and arm."
        " Nothing in it is tested. It holds all that draws it, and names samples if"
        " report.show_ids is true.",
        (),
    ),
    Table(
        "report/figures/<figure>.svg",
        "A figure of report.html for publications; the page names the tables that it is"
        " drawn from.",
    ),
    Table("report/figures/<figure>.pdf", "The same figure as PDF, with text as text."),
    Table(
        "report/tables/<table>.tsv",
        "A table of report.html as it stands there, in the words of the page: its"
        " section, and its number within.",
    ),
    Table(
        "report/multiqc/genostrat_<part>_mqc.tsv",
        "What MultiQC shows of the cohort (answers, cohort) and of its samples, whom"
        " the last of them names: `multiqc results` finds them by their names.",
    ),
    Table(
        "report/summary.json",
        "The numbers of the report for machines; config/schema/summary.schema.json is"
        " its JSON Schema. A part that did not run is null.",
        (
            Column("schema", "text", "Always genostrat/cohort-summary."),
            Column(
                "schema_version",
                "text",
                "Version of this record; the first part changes when a key changes its"
                " meaning or goes away.",
            ),
            Column("genostrat_version", "text", "Version that wrote the record."),
            Column("research_use", "text", "The statement on research use."),
            Column("cohort", "text", "Name of the cohort."),
            Column("seed", "int", "Seed of the run."),
            Column(
                "build",
                "text",
                "Genome build in the config; null without one.",
                values=words.BUILD_NAMES,
                blank=True,
            ),
            Column(
                "samples",
                "record",
                "n_sheet, columns (of the sheet, not blank), n_genotyped, n_kept,"
                " n_flagged, n_excluded; rules: samples kept, flagged, excluded and"
                " overruled by hand, by rule; overrides: decisions by hand, and how"
                " many of them are against a rule; flow: steps of the chart.",
            ),
            Column(
                "ancestry",
                "record",
                "n_axes; labels: samples by ancestry label; panel: the record"
                " qc/labels.json; grouping: the column of the"
                " sheet that colours the map; variance_of_pc1_pc2_explained_by: what"
                " share of the first two axes groups, centres and batches explain.",
                blank=True,
            ),
            Column(
                "ingest",
                "record",
                "Build, contigs, records, what was dropped, warnings.",
                blank=True,
            ),
            Column(
                "variant_quality",
                "record",
                "The record qc/variants.json.",
                blank=True,
            ),
            Column(
                "relatedness",
                "record",
                "assessable; n_sites and n_pairs that were compared; n_alike: pairs"
                " with identical genotypes who may be relatives; pairs: duplicate,"
                " first, second, third (null where kinship is not assessable; a"
                " duplicate then has identical genotypes).",
                blank=True,
            ),
            Column(
                "sex",
                "record",
                "Samples: ok, mismatch, ambiguous, not_assessable.",
                blank=True,
            ),
            Column(
                "contamination",
                "record",
                "n_assessable, n_not_assessable, median, limit and n_above.",
                blank=True,
            ),
            Column(
                "pedigree",
                "record",
                "Pairs: ok, mismatch, unexpected, not_assessable.",
                blank=True,
            ),
            Column(
                "mendel",
                "record",
                "Trios and duos: consistent, inconsistent, not_assessable.",
                blank=True,
            ),
            Column("swaps", "record", "Suspected swaps: likely, possible.", blank=True),
            Column(
                "outliers",
                "record",
                "n_pcs: components adjusted for; metrics: limit, samples judged, and"
                " samples beyond the limit by the naive and the fair score.",
                blank=True,
            ),
            Column(
                "exclusions",
                "record",
                "By grouping (ancestry, centre, ancestry_and_centre), the rows of"
                " qc/exclusions.tsv.",
                blank=True,
            ),
            Column(
                "variants", "record", "The record variants/summary.json.", blank=True
            ),
            Column(
                "populations",
                "record",
                "n_unrelated and n_sites compared; sites: whether the variants were"
                " chosen; fst: kind, groups, fst and se of each assessed pair;"
                " homozygosity: n_assessed, readings, median_f_roh and"
                " median_f_roh_long.",
                blank=True,
            ),
            Column(
                "pgx",
                "record",
                "absent: pgx.absent; n_patients; n_assessed: patients with a result of"
                " a gene that guidance rests on (null for one to four); knowledge:"
                " sources, versions and digest; actionable, actionable_on_medication:"
                " those of them with a result to avoid a drug or dose it otherwise, of"
                " any and of what they take, with a 95 % interval (null where nobody"
                " was assessed); possibly_actionable, …: these and those of whom it"
                " cannot be ruled out; evidence, n_low_depth, n_low_quality: as in"
                " pgx/coverage.tsv, over all genes; genes: the rows of that table;"
                " guided_genes: those that guidance rests on; drugs_taken: patients by"
                " drug and the most that any guideline asks for, n_possible where that"
                " is not certain (null without medicines); medicines: names matched and"
                " not; findings: of the knowledge base.",
                blank=True,
            ),
            Column(
                "profile",
                "record",
                "n_features, n_patients; layers: features used and dropped by layer.",
                blank=True,
            ),
            Column(
                "strata",
                "record",
                "verdict, k, best_k, reasons, power, sizes by stratum, patients by"
                " status, median_confidence, confounders_checked, confounders_linked,"
                " confounders_that_recover_strata (null if none was checked).",
                blank=True,
            ),
            Column(
                "response",
                "record",
                "tests and effects: the rows of response/interaction.tsv and"
                " response/effects.tsv; treatment, populations, subgroup_tests,"
                " subgroups, checks and credibility: those of the files of these"
                " names; heterogeneity and pharmacogenes: those records;"
                " medicine_genes: the rows of response/pharmacogenes.tsv.",
                blank=True,
            ),
            Column(
                "planted_truth",
                "record",
                "For simulated cohorts: found, missed, false_alarm, items.",
                blank=True,
            ),
            Column(
                "dates",
                "record",
                "run: day when the inputs were checked; data: day when the youngest"
                " input file was written; knowledge: versions of what pharmacogenes"
                " rest on. Null where not known.",
            ),
            Column(
                "answers",
                "list",
                "The four questions of the first screen (trust, medicines, subgroups,"
                " treatment): verdict, tone, number, meaning, uncertainty,"
                " not_assessed, n_assessed (0: nothing was, and there is no number) and"
                " section.",
            ),
            Column(
                "in_short",
                "list",
                "The sentences of the report's first part, each with its tone (good,"
                " note, warn or plain), the question it is about, and n_assessed: how"
                " many patients, samples, pairs or variants it rests on, 0 where it"
                " says that something could not be assessed, null where it tells no"
                " result.",
            ),
        ),
        access="centre",
    ),
    Table(
        "report/patients/index.html",
        "A list of the patient sheets beside it, for those who may see patients: who"
        " takes a medicine that their pharmacogenes speak against, first; it can be"
        " searched for any medicine that is taken, and for strata. There is a"
        " sheet for each kept patient, `<sample_id>.html`; an identifier that is no"
        " safe file name, or differs from another by case only, is written with a"
        " digest. Where no patient has a result of any gene that guidance rests on, nor"
        " a stratum, there are no sheets, and the list says that and why. Not written"
        " where pgx.patient_sheets is false.",
        (),
        needs="patient_sheets",
    ),
    Table(
        "report/patients/<sample>.html",
        "One patient's stratum with its confidence, or why there is none, and what it"
        " means for treatment where the verdict allows to say; and what pharmacogenes"
        " mean for medicines, those that the patient takes first.",
        needs="patient_sheets",
    ),
    Table(
        "provenance.json",
        "What made the results: enough to repeat the run. Equal runs have equal"
        " records; there is no date and no name of a machine or user in it.",
        (
            Column("schema", "text", "Always genostrat/provenance."),
            Column("schema_version", "text", "Version of this record."),
            Column("software", "record", "name and version."),
            Column("cohort", "text", "Name of the cohort."),
            Column("parameters", "record", "The cohort's config, defaults filled in."),
            Column(
                "environment", "record", "Python, platform and versions of libraries."
            ),
            Column("inputs", "list", "path, bytes and sha256 of each input file."),
        ),
        access="centre",
    ),
)
