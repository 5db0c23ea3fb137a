"""Tables of the simulate stage."""

from genostrat.registry.spec import Column, Table
from genostrat.registry.words import every as words

TABLES: tuple[Table, ...] = (
    Table(
        "resources/simulated/<cohort>/cohort.vcf.gz",
        "A simulated cohort's genotypes. Its people are invented.",
        access="shareable",
        needs="simulated",
    ),
    Table(
        "resources/simulated/<cohort>/cohort.vcf.gz.tbi",
        "The index of these genotypes.",
        access="shareable",
        needs="simulated",
    ),
    Table(
        "resources/simulated/<cohort>/samples.tsv",
        "Its clinical sheet, with planted faults.",
        access="shareable",
        needs="simulated",
    ),
    Table(
        "resources/simulated/<cohort>/expression.tsv",
        "Its expression, features × samples.",
        access="shareable",
        needs="simulated",
    ),
    Table(
        "resources/simulated/<cohort>/truth.json",
        "What was planted: relatives, swaps, subgroups, diplotypes.",
        (
            Column("name", "text", "Name of the cohort."),
            Column("seed", "int", "Seed of the simulation."),
            Column("n_samples", "int", "Samples made."),
            Column("n_subgroups", "int", "Molecular subgroups planted."),
            Column("duplicates", "list", "Pairs of samples of one person."),
            Column("parent_child", "list", "Pairs of parent and child."),
            Column("siblings", "list", "Pairs of siblings."),
            Column("sex_swapped", "list", "Samples whose sex is wrong in the sheet."),
            Column("contaminated", "list", "Samples with foreign reads."),
            Column(
                "contamination_fraction", "float", "Share of foreign reads in them."
            ),
            Column("low_call_rate", "list", "Samples with few calls."),
            Column("no_omics", "list", "Samples without expression."),
            Column(
                "responsive_subgroup",
                "text",
                "The subgroup that a treatment helps; null without one.",
                blank=True,
            ),
            Column("treatment_outcomes", "list", "Kinds of outcome that it changes."),
            Column(
                "subgroup_features", "list", "Features that differ between subgroups."
            ),
            Column("batch_features", "list", "Features that differ between batches."),
            Column("sex", "record", "By sample."),
            Column("ancestry", "record", "By sample."),
            Column("batch", "record", "By sample."),
            Column("subgroup", "record", "By sample; empty without subgroups."),
            Column(
                "affected",
                "list",
                "Patients with a medicine that their genes speak against.",
            ),
            Column("unread_gene", "text", "A gene without reads in some samples."),
            Column("unread", "list", "These samples."),
            Column("pharmacogenes", "record", "Diplotypes by sample and gene."),
        ),
        access="shareable",
        needs="simulated",
    ),
    Table(
        "truth_check.tsv",
        "For a simulated cohort only: what was planted in it against what the run"
        " found. Counts and names of categories, no identifiers.",
        (
            Column(
                "item",
                "text",
                "What was planted. Items that begin with `other` count what was found"
                " beyond it: pairs, samples or outcomes with nothing planted in them."
                " Pairs with a contaminated sample do not count, because foreign reads"
                " make it resemble everybody.",
            ),
            Column("planted", "text", "What the simulation put in: a number or name."),
            Column("found", "text", "What the run shows of it.", blank=True),
            Column(
                "verdict",
                "text",
                "`found`: the run shows what was planted, or nothing where nothing was."
                " `missed`: it does not show what was planted. `false_alarm`: it shows"
                " what was not planted.",
                values=words.TRUTH_VERDICTS,
            ),
        ),
        key=("item",),
        access="centre",
        needs="simulated",
    ),
)
