"""Entries of what every job leaves: its log, its benchmark, its checksums."""

from genostrat.registry.spec import Column, Table

TABLES: tuple[Table, ...] = (
    Table(
        "checksums/<job>.json",
        "What a job read and what it wrote, with SHA-256: by it a file that was cut"
        " short or changed is told from what the job wrote, by the next job that reads"
        " it and by the target `verify`. One a job, called as its log. Equal runs have"
        " equal records.",
        (
            Column("schema", "text", "Always genostrat/checksums."),
            Column("schema_version", "text", "Version of this record."),
            Column("rule", "text", "Rule of the job."),
            Column("script", "text", "Script of the rule."),
            Column("code", "text", "Digest of the code that the rule depends on."),
            Column("parameters", "text", "Digest of the rule's other parameters."),
            Column("software", "text", "Version of genostrat."),
            Column("environment", "text", "Versions of Python and libraries."),
            Column(
                "inputs",
                "record",
                "SHA-256 of each file of this folder that the job read, by its path.",
            ),
            Column(
                "outputs",
                "record",
                "bytes and sha256 of each file that the job wrote, by its path below"
                " this folder.",
            ),
            Column("sha256", "text", "Of this record without this key."),
        ),
    ),
    Table(
        "benchmarks/<job>.tsv",
        "Time and memory that a job took, by Snakemake: `s` seconds, `max_rss`"
        " megabytes. They differ between equal runs.",
        access="centre",
    ),
    Table(
        "logs/<cohort>/<job>.log",
        "What a job had to say. Where a check fails it quotes the user's file, and so"
        " may name patients.",
    ),
    Table(
        "logs/verify.log",
        "What the target `verify` found: how much holds, and every file that does not.",
    ),
)
