# What the rules need to know about the configuration: input functions, nothing else.
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.logging import logger

from genostrat import privacy, provenance
from genostrat.catalogues import knowledge_sources
from genostrat.config.columns import has_layers as cohort_has_layers
from genostrat.config.outcomes import outcome_columns
from genostrat.config.request import counts_burden, request_check
from genostrat.config.settings import load_settings
from genostrat.errors import GenostratError
from genostrat.home import workflow_home
from genostrat.registry import table_spec
from genostrat.report.contents import list_inputs
from genostrat.sheets.panel import list_labels
from genostrat.strata.settings import clustering_section

# Not workflow.basedir: where the workflow is used as a module, that is the importer's.
HOME = workflow_home()

# Logs quote what is wrong in a sheet, and folders are made before a job starts: both
# are closed to others from here on. Snakemake's own log is open already.
privacy.keep_private()
privacy.close_to_others(workflow.logger_manager.get_logfile())

try:
    # Snakemake's `config` holds what --configfile and --config said: no `configfile:`
    # directive is used, so that a cohort's file can stand between it and the defaults.
    SETTINGS = load_settings(config, home=HOME).without_missing()
    COHORTS = SETTINGS.cohorts
    REFUSED = SETTINGS.refused
    STUDIES = SETTINGS.studies
    BUNDLES = SETTINGS.bundles
    PLAN = None
    if SETTINGS.model is not None:
        from genostrat.strata.model.new_patients import plan_assignment

        PLAN = plan_assignment(SETTINGS.model, *COHORTS.values())
except GenostratError as error:
    raise WorkflowError(str(error)) from None

if REFUSED and workflow.is_main_process:
    logger.warning(f"left out, since they cannot be run: {', '.join(REFUSED)}")


wildcard_constraints:
    cohort="|".join(COHORTS) or "-",
    piece="[0-9]+",
    part="[0-9]+",


def code_digest(rule):
    """Digest the script of a rule, and all of the package that it imports."""
    return provenance.script_digest(HOME / f"scripts/{rule}.py")


def setting(path):
    """Return an input function that looks a setting of the cohort up."""

    def look_up(wildcards):
        value = COHORTS[wildcards.cohort]
        for key in path.split("."):
            value = value[key]
        return value

    return look_up


def settings(section, **keys):
    """Return an input function for several settings of a section, by new names."""

    def look_up(wildcards):
        values = COHORTS[wildcards.cohort][section]
        return {name: values[key] for name, key in keys.items()}

    return look_up


# When X and Y speak for a sex, wherever sexes are told.
settings_of_sex = settings(
    "qc",
    male_min_x_f="male_min_x_f",
    female_max_x_f="female_max_x_f",
    absent_y_call_rate="absent_y_call_rate",
    present_y_call_rate="present_y_call_rate",
    min_sites_x="min_sites_x",
    min_sites_y="min_sites_y",
    min_maf_x="min_maf_x",
    max_missing_rate="max_missing_rate",
    min_karyotype_probability="min_karyotype_probability",
)


def request_of_cohort(wildcards):
    """Return what of the cohort's config the check of its inputs is asked."""
    of_model = None if PLAN is None else PLAN.uses
    cohort = COHORTS[wildcards.cohort]
    # Their names alone, so that another panel is no reason to read the cohort again.
    labels = list_labels(cohort["reference_panel"])
    return request_check(cohort, of_model=of_model, panel_labels=labels)


def files_of_cohort(wildcards):
    """Return every file of the cohort but the panel's, and their indexes."""
    return provenance.own_files(COHORTS[wildcards.cohort])


def later_files_of_cohort(wildcards):
    """Return the files that only later stages use, and that are checked first."""
    return provenance.later_files(COHORTS[wildcards.cohort])


def files_of_panel(wildcards):
    """Return every file of the cohort's reference panel, and their indexes."""
    return provenance.panel_files(COHORTS[wildcards.cohort])


def all_files_of_cohort(wildcards):
    """Return every file that the cohort's config names, and their indexes."""
    return provenance.input_files(COHORTS[wildcards.cohort])


def pieces_of_cohort(wildcards):
    """Return the folder of every piece of the cohort's genome."""
    return collect(
        "<results>/{cohort}/genotypes/pieces/{piece}",
        cohort=wildcards.cohort,
        piece=range(COHORTS[wildcards.cohort]["ingest"]["pieces"]),
    )


def panel_pieces_of_cohort(wildcards):
    """Return the folder of every piece of the reference panel's genome."""
    return collect(
        "<results>/{cohort}/panel/pieces/{piece}",
        cohort=wildcards.cohort,
        piece=range(COHORTS[wildcards.cohort]["ingest"]["pieces"]),
    )


def parts_of_clustering(wildcards):
    """Return the file of every share of the clustering; none where there is one share."""
    parts = COHORTS[wildcards.cohort]["strata"]["parts"]
    return collect(
        "<results>/{cohort}/strata/parts/{part}.npz",
        cohort=wildcards.cohort,
        part=range(parts if parts > 1 else 0),
    )


def settings_of_clustering(wildcards):
    """Return how a cohort is clustered and tested."""
    return clustering_section(COHORTS[wildcards.cohort]["strata"])


def columns_of_variant_groups(wildcards):
    """Return the columns whose values make groups that variants are compared by."""
    treatment = COHORTS[wildcards.cohort]["treatment"]
    return ["batch", "centre", *([treatment["column"]] if treatment else [])]


def alterations_of_cohort(wildcards):
    """Return the table of molecular tests of tumours; none without it."""
    path = COHORTS[wildcards.cohort]["alterations"]
    return [path] if path else []


def sequence_of_cohort(wildcards):
    """Return the FASTA file that alleles are held against, with its index; or none."""
    return provenance.sequence_files(COHORTS[wildcards.cohort])


def has_panel(wildcards):
    return COHORTS[wildcards.cohort]["reference_panel"] is not None


def others_of_cohort(wildcards):
    """Return what a cohort is compared with: other cohorts of its build, the panel."""
    build = build_of_cohort(wildcards)
    return [
        *("reference panel" for _ in range(has_panel(wildcards))),
        *(
            name
            for name in COHORTS
            if name != wildcards.cohort and build_of_cohort(_Cohort(name)) == build
        ),
    ]


def other_stores_of_cohort(wildcards):
    """Return the stores of these."""
    own = "<results>/{cohort}/panel/store"
    return [
        *collect(own, cohort=[wildcards.cohort] * has_panel(wildcards)),
        *collect(
            "<results>/{cohort}/genotypes/store",
            cohort=others_of_cohort(wildcards)[has_panel(wildcards) :],
        ),
    ]


def not_compared_of_cohort(wildcards):
    """Return why other cohorts, or a panel, are not compared with a cohort."""
    reasons = (
        {}
        if has_panel(wildcards)
        else {"reference panel": "there is no reference panel"}
    )
    for name in COHORTS:
        if name != wildcards.cohort and name not in others_of_cohort(wildcards):
            build = build_of_cohort(_Cohort(name))
            reasons[name] = f"it is on {build}" if build else "it has no genotypes"
    return reasons | {name: "it cannot be run" for name in REFUSED}


def has_panel_axes(wildcards):
    profile = COHORTS[wildcards.cohort]["profile"]
    return (
        has_panel(wildcards)
        and profile["ancestry_space"] != "own"
        and profile["ancestry_pcs"] > 0
    )


def has_genotypes(wildcards):
    return COHORTS[wildcards.cohort]["genotypes"] is not None


def has_scores(wildcards):
    return bool(COHORTS[wildcards.cohort]["scores"])


def scores_of_cohort(wildcards):
    """Return the file of every polygenic score."""
    return COHORTS[wildcards.cohort]["scores"]


def gene_files_of_cohort(wildcards):
    """Return the files of gene sets, and the gene map that burden is counted by."""
    return provenance.gene_files(COHORTS[wildcards.cohort])


def gene_map_of_cohort(wildcards):
    """Return the gene map that burden is counted by; none where annotations are."""
    return provenance.gene_map_files(COHORTS[wildcards.cohort])


def gene_sets_of_cohort(wildcards):
    """Return the file of every collection of gene sets."""
    return COHORTS[wildcards.cohort]["gene_sets"]


def burden_rules_of_cohort(wildcards):
    """Return what counts as burden, as the library names it."""
    burden = COHORTS[wildcards.cohort]["profile"]["burden"]
    return {
        "features": burden["features"],
        "classes": burden["consequences"],
        "high_confidence": burden["high_confidence"],
        "max_af": burden["max_af"],
        "min_carriers": burden["min_carriers"],
        "max_missing": burden["max_missing_calls"],
    }


def has_burden(wildcards):
    return counts_burden(COHORTS[wildcards.cohort])


def files_of_knowledge(wildcards):
    """Return the files of the pharmacogenes' knowledge base, and what we add to it."""
    own = [HOME / f"resources/{name}" for name in knowledge_sources.ADDED]
    return [*own, *provenance.knowledge_files(COHORTS[wildcards.cohort])]


def files_of_guidance(wildcards):
    """Return the files of every source of guidance."""
    cohort = COHORTS[wildcards.cohort]
    own = [HOME / f"resources/{n}" for n in provenance.guidance_resources(cohort)]
    return [*own, *provenance.guidance_files(cohort)]


def files_of_knowledge_to_check(wildcards):
    """Return these files where the check needs them: to read other tools' calls."""
    calls = outside_calls_of_cohort(wildcards)
    return files_of_knowledge(wildcards) if calls else []


def settings_of_knowledge(wildcards):
    """Return what the pharmacogenes' knowledge base is loaded with."""
    cohort = COHORTS[wildcards.cohort]
    return {"source": cohort["pgx"]["knowledge"], "build": build_of_cohort(wildcards)}


def outside_calls_of_cohort(wildcards):
    """Return the file of every outside call of pharmacogenes."""
    return [calls["path"] for calls in COHORTS[wildcards.cohort]["outside_calls"]]


def has_layers(wildcards):
    return cohort_has_layers(COHORTS[wildcards.cohort])


def has_strata_of_genotypes(wildcards):
    return has_layers(wildcards) and has_genotypes(wildcards)


def has_pgx_layer(wildcards):
    return has_genotypes(wildcards) and COHORTS[wildcards.cohort]["profile"]["pgx"]


def has_patient_sheets(wildcards):
    wanted = COHORTS[wildcards.cohort]["pgx"]["patient_sheets"]
    return wanted and (has_genotypes(wildcards) or has_layers(wildcards))


def has_outcomes(wildcards):
    return bool(COHORTS[wildcards.cohort]["outcomes"])


def path_of_releases(wildcards):
    """Return where the releases of the cohort are recorded."""
    folder = COHORTS[wildcards.cohort]["bundle"]["releases"]
    return f"{folder}/{wildcards.cohort}.tsv"


def releases_of_cohort(wildcards):
    """Return the record of the cohort's releases; none where nothing was released."""
    path = path_of_releases(wildcards)
    return [path] if Path(path).is_file() else []


def is_simulated(wildcards):
    return COHORTS[wildcards.cohort]["simulate"] is not None


def is_made(name, wildcards):
    """Say whether a run of the cohort makes a file, by its name in the registry."""
    predicates = {
        "always": True,
        "genotypes": has_genotypes(wildcards),
        "layers": has_layers(wildcards),
        "strata_of_genotypes": has_strata_of_genotypes(wildcards),
        "outcomes": has_outcomes(wildcards),
        "simulated": is_simulated(wildcards),
    }
    return predicates[table_spec(name).needs]


def tables_of_report(wildcards):
    """Return the files that the sections of the cohort's report are made of."""
    return collect(
        "<results>/{cohort}/{name}",
        cohort=wildcards.cohort,
        name=[name for name in list_inputs() if is_made(name, wildcards)],
    )


def cohorts_with(predicate):
    """Return the cohorts that a predicate of the kind above holds for."""
    return [name for name in COHORTS if predicate(_Cohort(name))]


class _Cohort:
    """Stands in for wildcards where a target names cohorts itself."""

    def __init__(self, cohort):
        self.cohort = cohort


def memory_mb(base, *, per_input_mb=0):
    """Return a resource function: megabytes, growing with the input and each attempt."""

    def compute(wildcards, input, attempt):
        return int((base + per_input_mb * input.size_mb) * attempt)

    return compute


def memory_mb_of_variants(base):
    """Return a resource function: megabytes, growing with a fileset's variant table.

    Only PLINK and PGEN filesets have one that is held in memory.
    """

    def compute(wildcards, input, attempt):
        tables = (Path(path) for path in input.files)
        sizes = [
            path.stat().st_size
            for path in tables
            if path.suffix in (".bim", ".pvar", ".zst") and path.is_file()
        ]
        return int((base + 6e-6 * sum(sizes)) * attempt)

    return compute


def runtime_minutes(base):
    """Return a resource function: minutes, growing with each attempt."""

    def compute(wildcards, attempt):
        return base * attempt

    return compute


def settings_of_cohort(wildcards):
    """Return everything the config says of the cohort, for the report."""
    places = ("file", "written_in", "studies")
    return {k: v for k, v in COHORTS[wildcards.cohort].items() if k not in places}


def matrices_of_cohort(wildcards):
    """Return the file of every omics matrix."""
    return [matrix["path"] for matrix in COHORTS[wildcards.cohort]["matrices"]]


def build_of_cohort(wildcards):
    """Return the genome build; None without genotypes."""
    genotypes = COHORTS[wildcards.cohort]["genotypes"]
    return genotypes["build"] if genotypes else None


def folders_of_cohorts(record):
    """Return the folder of every cohort, from the pattern of a file in check/."""
    folder = Path(str(record)).parents[1]
    return [str(folder).format(cohort=cohort) for cohort in COHORTS]


def columns_not_described(wildcards):
    """Return sheet columns that are outcomes, treatment or features themselves."""
    cohort = COHORTS[wildcards.cohort]
    treatment = [cohort["treatment"]["column"]] if cohort["treatment"] else []
    features = cohort["profile"]["clinical_features"]
    return [*outcome_columns(cohort["outcomes"]), *treatment, *features]


def refusals_of_cohorts(wildcards):
    """Return what no job can make: the result of cohorts that cannot be run."""
    return collect("<results>/{cohort}/check/refused.txt", cohort=REFUSED)


def reason_of_refusal(wildcards):
    """Return why a cohort cannot be run."""
    return str(REFUSED[wildcards.cohort])


def stop_if_refused():
    """Stop before any job where a cohort cannot be run, and no other was to go on."""
    if REFUSED and not workflow.execution_settings.keep_going:
        names = ", ".join(REFUSED)
        reasons = "\n".join(str(error) for error in REFUSED.values())
        raise WorkflowError(
            f"{names}: cannot be run, so nothing was started (--keep-going runs the"
            f" other cohorts)\n{reasons}"
        )
