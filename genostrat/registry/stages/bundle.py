"""What a centre may give to others, and what is made of bundles of several."""

from genostrat.catalogues.outcome_kinds import describe_scales
from genostrat.registry.spec import Column, Kind, Table
from genostrat.registry.words import every as words

_COUNT = (
    "rounded to 5; `<10` (the threshold) for a small one, `withheld` for one that would"
    " give a small one away."
)
_ROUNDED = "Rounded to 5."

_CENTRE = Column("centre", "text", "Name of the centre's cohort.")


def _number(
    name: str,
    what: str,
    *,
    low: float | None = None,
    high: float | None = None,
    kind: Kind = "float",
) -> Column:
    return Column(name, kind, what, low=low, high=high, blank=True)


TABLES = (
    Table(
        "bundle/pgx_phenotypes.tsv",
        "Unrelated patients with each phenotype of each pharmacogene.",
        (
            Column("gene", "text", "HGNC symbol."),
            Column("group", "text", "all, or an ancestry label."),
            Column(
                "phenotype",
                "text",
                "The phenotype of a called gene; `not known` for other calls.",
            ),
            Column("count", "text", f"Patients who have it, {_COUNT}"),
            Column("n", "text", "Patients of the group, likewise."),
        ),
        key=("gene", "group", "phenotype"),
        access="shareable",
        needs="genotypes",
    ),
    Table(
        "bundle/strata.tsv",
        "Patients of each stratum.",
        (
            Column("stratum", "text", "Stratum, `not placed`, or all."),
            Column("n", "text", f"Patients, {_COUNT}"),
            Column("verdict", "text", "Of the strata.", values=words.VERDICTS),
            Column("k", "int", "Strata.", low=1),
        ),
        key=("stratum",),
        access="shareable",
        needs="layers",
    ),
    Table(
        "bundle/effects.tsv",
        "Effects of treatments that rest on enough patients and events.",
        (
            Column("outcome", "text", "Name of the outcome in the config."),
            Column("stratum", "text", "Stratum, or all."),
            Column("contrast", "text", "Arm and reference."),
            Column(
                "scale", "text", f"{describe_scales()}.", values=words.EFFECT_SCALES
            ),
            Column(
                "estimate",
                "float",
                "Effect, of a ratio its natural logarithm; rounded to a fifth of its"
                " standard error.",
            ),
            Column("standard_error", "float", "To two digits.", low=0),
            Column("n_arm", "int", _ROUNDED, low=0, unit="patients"),
            Column("n_reference", "int", _ROUNDED, low=0, unit="patients"),
            Column("n_events_arm", "int", _ROUNDED, low=0, blank=True),
            Column("n_events_reference", "int", _ROUNDED, low=0, blank=True),
        ),
        key=("outcome", "stratum", "contrast", "scale"),
        access="shareable",
        needs="outcomes",
    ),
    Table(
        "bundle/survival.tsv",
        "Kaplan-Meier curves at a few times, as long as enough patients are at risk.",
        (
            Column("outcome", "text", "Name of the outcome in the config."),
            Column("stratum", "text", "Stratum, or all."),
            Column("arm", "text", "Arm, or all."),
            Column("time", "float", "Time, in the unit of the sheet.", low=0),
            Column("survival", "float", "Share without the event.", low=0, high=1),
            Column("n_at_risk", "int", _ROUNDED, low=0, unit="patients"),
        ),
        key=("outcome", "stratum", "arm", "time"),
        access="shareable",
        needs="outcomes",
    ),
    Table(
        "bundle/manifest.json",
        "What the bundle holds, with the digest of each file.",
        (
            Column("schema_version", "text", "Of the manifest."),
            Column("genostrat", "text", "Version that made it."),
            Column("cohort", "text", "Name of the cohort."),
            Column("build", "text", "Genome build; or null.", blank=True),
            Column("threshold", "int", "Smallest count that is shown.", low=1),
            Column("consent", "text", "Whose agreement to sharing was asked for."),
            Column(
                "files",
                "list",
                "For each file: name, sha256, n_rows, n_patients (rounded; null below"
                " the threshold), about, because (why it discloses nobody), left_out.",
            ),
        ),
        access="shareable",
    ),
    Table(
        "bundle/README.md",
        "For the committee that decides whether it may leave: what each file holds, and"
        " why it discloses nobody.",
        access="shareable",
    ),
    Table(
        "bundle/ro-crate-metadata.json",
        "The same as an RO-Crate.",
        (
            Column("@context", "text", "Of RO-Crate."),
            Column("@graph", "list", "The folder and its files."),
        ),
        access="shareable",
    ),
    Table(
        "bundle_members.tsv",
        "Who each file of the bundle is about; `genostrat release` records it.",
        (
            Column("part", "text", "File of the bundle."),
            Column("sample_id", "text", "Identifier."),
        ),
        key=("part", "sample_id"),
    ),
    Table(
        "coordinate/bundles.json",
        "The bundles that were read, checked and found to be sound.",
        (
            Column(
                "bundles",
                "list",
                "For each: centre, build, threshold, version, consent, digest (SHA-256"
                " of its manifest, to be compared with what the centre says), rows of"
                " each file.",
            ),
        ),
        access="centre",
        needs="bundles",
    ),
    Table(
        "coordinate/effects.tsv",
        "Effects in everybody, of each centre and pooled by a random-effects model.",
        (
            Column("outcome", "text", "Name of the outcome."),
            Column("contrast", "text", "Arm and reference."),
            Column(
                "scale", "text", f"{describe_scales()}.", values=words.EFFECT_SCALES
            ),
            Column("centre", "text", "Name of the centre's cohort, or `all centres`."),
            _number("estimate", "Effect, of a ratio its natural logarithm."),
            _number("standard_error", "Pooled: by Hartung and Knapp.", low=0),
            _number("ci_low", "95 % confidence interval."),
            _number("ci_high", "95 % confidence interval."),
            _number("n_arm", "Patients, rounded by the centres.", low=0),
            _number("n_reference", "Patients, rounded by the centres.", low=0),
            Column("n_centres", "int", "Centres that show it.", low=1),
            _number("p_value", "Of no effect on average.", low=0, high=1),
            _number("tau", "Standard deviation of effects between centres.", low=0),
            _number(
                "i_squared",
                "Share of the variation that chance does not explain.",
                low=0,
                high=1,
            ),
            _number("q_p_value", "Of one effect in all centres.", low=0, high=1),
            _number("prediction_low", "95 % interval of a new centre's effect."),
            _number("prediction_high", "95 % interval of a new centre's effect."),
            Column("note", "text", "What limits it.", blank=True),
        ),
        key=("outcome", "contrast", "scale", "centre"),
        access="centre",
        needs="bundles",
    ),
    Table(
        "coordinate/phenotypes.tsv",
        "Frequencies of pharmacogene phenotypes in all centres together.",
        (
            Column("gene", "text", "HGNC symbol."),
            Column("group", "text", "all, or an ancestry label."),
            Column("phenotype", "text", "Phenotype of a called gene."),
            Column("n_centres", "int", "Centres that show the group.", low=1),
            _number("n_known", "Patients with a known phenotype, about.", low=0),
            _number("n_with", "Patients who have this one, about.", low=0),
            _number(
                "frequency",
                "Share of these; blank where a centre withheld a count.",
                low=0,
                high=1,
            ),
            _number(
                "frequency_low", "Least share that the counts allow.", low=0, high=1
            ),
            _number("frequency_high", "Greatest share that they allow.", low=0, high=1),
            _number("ci_low", "95 % interval, with chance.", low=0, high=1),
            _number("ci_high", "95 % interval, with chance.", low=0, high=1),
        ),
        key=("gene", "group", "phenotype"),
        access="centre",
        needs="bundles",
    ),
    Table(
        "coordinate/strata.tsv",
        "The strata that each centre found.",
        (
            _CENTRE,
            Column("verdict", "text", "Of the strata.", values=words.VERDICTS),
            Column("k", "int", "Strata.", low=1),
            Column("stratum", "text", "Stratum, `not placed`, or all."),
            Column("n", "text", "Patients, as the centre shows them."),
        ),
        key=("centre", "stratum"),
        access="centre",
        needs="bundles",
    ),
    Table(
        "coordinate/page.html",
        "Effects, strata and phenotypes of all centres as a page.",
        access="centre",
        needs="bundles",
    ),
)
