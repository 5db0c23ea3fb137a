"""A whole toy cohort: genotypes, clinical sheet, omics matrix and planted truth."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from genostrat.catalogues.knowledge_sources import PYPGX_TABLES
from genostrat.errors import Problem, raise_if_any
from genostrat.pgx.knowledge.loading import load_knowledge
from genostrat.seeds import random_generator
from genostrat.simulate.callset import CONTAMINATION_FRACTION, write_callset
from genostrat.simulate.forced_calls import forced_sites
from genostrat.simulate.genome import SimulatedCounts, Sites, draw_sites
from genostrat.simulate.inheritance import (
    Person,
    cross,
    draw_founders,
    with_haplotypes,
)
from genostrat.simulate.omics import Features, draw_features, draw_matrix
from genostrat.simulate.people import (
    BATCHES,
    Roles,
    ancestry_names,
    choose_roles,
    draw_people,
    relate_people,
)
from genostrat.simulate.pharmacogenes import (
    AFFECTED,
    UNREAD_GENE,
    UNREAD_HAPLOTYPES,
    gene_haplotypes,
)
from genostrat.simulate.sheet import clinical_sheet, draw_outcomes
from genostrat.tables import write_json, write_page

#: Fewer patients cannot hold every planted role and leave a cohort around them.
_MIN_SAMPLES = 40


@dataclass(frozen=True)
class CohortFiles:
    """Where a toy cohort was written."""

    vcf: Path
    index: Path
    samples: Path
    expression: Path
    truth: Path


@dataclass(frozen=True)
class _Cohort:
    people: pd.DataFrame
    roles: Roles
    sites: Sites
    genomes: list[Person]
    contaminant: Person
    forced: pd.DataFrame
    features: Features
    n_subgroups: int

    @property
    def responsive(self) -> int | None:
        """The subgroup the treatment helps: the second."""
        return 1 if self.n_subgroups else None


def simulate_cohort(
    directory: str | Path,
    *,
    name: str,
    seed: int,
    n_samples: int = 200,
    n_subgroups: int = 3,
    n_features: int = 150,
    subgroup_sd: float = 2.0,
    batch_sd: float = 0.8,
    site_counts: SimulatedCounts | None = None,
) -> CohortFiles:
    """Write a cohort with known truth.

    Parameters
    ----------
    directory
        Folder to write ``cohort.vcf.gz`` (and ``.tbi``), ``samples.tsv``,
        ``expression.tsv`` and ``truth.json`` into.
    name
        Name of the cohort; sample IDs begin with it in capitals.
    seed
        Seed. Sites, allele frequencies and features depend on the seed alone, people
        on the seed and the name: two names make two cohorts of one population.
    n_samples
        Number of patients, one of whom is enrolled twice.
    n_subgroups
        Number of molecular subgroups; 0 for a cohort without any, in which the
        treatment has no effect either.
    n_features
        Number of rows of the omics matrix.
    subgroup_sd, batch_sd
        Shift between subgroups and between batches, in SD of a feature.
    site_counts
        How many sites of each kind; by default about 8,000 in all, enough that no
        two unrelated patients reach the kinship of third-degree relatives.

    Raises
    ------
    GenostratError
        If the cohort is too small for what is planted in it, or has one subgroup.

    Examples
    --------
    >>> files = simulate_cohort("toy", name="toy", seed=1, n_samples=60)
    >>> files.vcf.name, files.samples.name
    ('cohort.vcf.gz', 'samples.tsv')
    """
    _refuse_impossible(n_samples, n_subgroups)
    people, roles = _draw_patients(name, seed, n_samples, n_subgroups)
    sites = draw_sites(
        random_generator(seed, "simulate", "sites"),
        counts=site_counts or SimulatedCounts(),
    )
    rng = random_generator(seed, "simulate", name, "genomes")
    genomes, contaminant = _draw_genomes(rng, sites, people, roles)
    features = draw_features(
        random_generator(seed, "simulate", "features"),
        n_features=n_features,
        n_subgroups=n_subgroups,
        subgroup_sd=subgroup_sd,
        batch_sd=batch_sd,
    )
    cohort = _Cohort(
        people,
        roles,
        sites,
        genomes,
        contaminant,
        _forced_sites(sites),
        features,
        n_subgroups,
    )
    return _write_cohort(cohort, Path(directory), name=name, seed=seed)


def _forced_sites(sites: Sites) -> pd.DataFrame:
    knowledge = load_knowledge(PYPGX_TABLES.word, build="GRCh38")
    return forced_sites(knowledge, genes=gene_haplotypes(), known=sites.table)


def _refuse_impossible(n_samples: int, n_subgroups: int) -> None:
    problems = []
    if n_samples < _MIN_SAMPLES:
        problems.append(
            Problem(
                "too few samples for what is planted in a toy cohort",
                found=str(n_samples),
                allowed=f"{_MIN_SAMPLES} or more",
                fix="set n_samples higher",
            )
        )
    if n_subgroups < 0 or n_subgroups == 1:
        problems.append(
            Problem(
                "a toy cohort cannot have this number of subgroups",
                found=str(n_subgroups),
                allowed="0, or 2 or more",
                fix="set n_subgroups to 0 for a cohort without subgroups",
            )
        )
    raise_if_any(problems)


def _draw_patients(
    name: str, seed: int, n_samples: int, n_subgroups: int
) -> tuple[pd.DataFrame, Roles]:
    rng = random_generator(seed, "simulate", name, "people")
    prefix = "".join(c for c in name.upper() if c.isascii() and c.isalnum())
    people = draw_people(
        rng, n_samples=n_samples, n_subgroups=n_subgroups, id_prefix=prefix or "S"
    )
    roles = choose_roles(rng, people)
    return relate_people(people, roles), roles


def _draw_genomes(
    rng: np.random.Generator, sites: Sites, people: pd.DataFrame, roles: Roles
) -> tuple[list[Person], Person]:
    """Draw everybody's genome, and one of somebody outside the cohort.

    Four founders are not patients: the child's father, the siblings' parents, and
    the person whose reads contaminate a sample.
    """
    _, child = roles.mother_and_child
    mother, _ = roles.mother_and_child
    sibling = roles.siblings[0]
    rows = [child, sibling, sibling, roles.contaminated]
    ancestry = people["ancestry"].to_numpy()
    male = people["male"].to_numpy()
    *genomes, father, sibs_father, sibs_mother, contaminant = draw_founders(
        rng,
        sites,
        ancestry=np.append(ancestry, ancestry[rows]),
        male=np.append(male, [True, True, False, male[roles.contaminated]]),
    )
    genomes[child] = cross(
        rng, sites, mother=genomes[mother], father=father, son=bool(male[child])
    )
    for row in roles.siblings:
        genomes[row] = cross(
            rng, sites, mother=sibs_mother, father=sibs_father, son=bool(male[row])
        )
    person, again = roles.duplicate
    genomes[again] = genomes[person]
    planted = [(a.gene, a.haplotypes) for a in AFFECTED]
    planted += [(UNREAD_GENE, UNREAD_HAPLOTYPES)] * len(roles.unread)
    rows = [*roles.affected, *roles.unread]
    for row, (gene, names) in zip(rows, planted, strict=True):
        genomes[row] = with_haplotypes(genomes[row], sites, gene=gene, names=names)
    return genomes, contaminant


def _write_cohort(
    cohort: _Cohort, directory: Path, *, name: str, seed: int
) -> CohortFiles:
    files = CohortFiles(
        vcf=directory / "cohort.vcf.gz",
        index=directory / "cohort.vcf.gz.tbi",
        samples=directory / "samples.tsv",
        expression=directory / "expression.tsv",
        truth=directory / "truth.json",
    )
    rng = random_generator(seed, "simulate", name, "reads")
    write_callset(
        rng,
        files.vcf,
        cohort.people,
        sites=cohort.sites,
        forced=cohort.forced,
        genomes=cohort.genomes,
        contaminant=cohort.contaminant,
        roles=cohort.roles,
    )
    rng = random_generator(seed, "simulate", name, "sheet")
    outcomes = draw_outcomes(rng, cohort.people, responsive=cohort.responsive)
    sheet = clinical_sheet(rng, cohort.people, outcomes=outcomes, roles=cohort.roles)
    _write_tsv(files.samples, sheet)
    rng = random_generator(seed, "simulate", name, "omics")
    _write_tsv(files.expression, _expression(rng, cohort))
    truth = {"name": name, "seed": seed, **_truth(cohort)}
    write_json(files.truth, truth, entry="resources/simulated/<cohort>/truth.json")
    return files


def _expression(rng: np.random.Generator, cohort: _Cohort) -> pd.DataFrame:
    people, roles = cohort.people, cohort.roles
    matrix = draw_matrix(
        rng,
        cohort.features,
        subgroup=people["subgroup"].to_numpy(),
        second_batch=(people["batch"] == BATCHES[1]).to_numpy(),
        same_person=roles.duplicate,
    )
    order = rng.permutation(len(people))
    order = order[order != roles.no_omics]
    frame = pd.DataFrame(
        np.round(matrix[:, order], 4), columns=people["sample_id"].to_numpy()[order]
    )
    for row, column in zip(
        rng.choice(matrix.shape[0], 2), rng.choice(len(order), 2), strict=True
    ):
        frame.iloc[row, column] = np.nan
    frame.insert(0, "feature", cohort.features.names)
    return frame


def _truth(cohort: _Cohort) -> dict[str, Any]:
    """Everything planted; what a run is compared with afterwards."""
    people, roles, features = cohort.people, cohort.roles, cohort.features
    ids = people["sample_id"].tolist()

    def named(rows: tuple[int, ...]) -> list[str]:
        return sorted(ids[row] for row in rows)

    telling = (features.subgroup_shift != 0).any(axis=1)
    shifted = features.batch_shift != 0
    subgroups: dict[str, str] = {}
    if cohort.n_subgroups:
        subgroups = {
            sample: subgroup_name(label)
            for sample, label in zip(ids, people["subgroup"], strict=True)
        }
    responsive = cohort.responsive
    return {
        "n_samples": len(ids),
        "n_subgroups": cohort.n_subgroups,
        "duplicates": [named(roles.duplicate)],
        "parent_child": [named(roles.mother_and_child)],
        "siblings": [named(roles.siblings)],
        "sex_swapped": named(roles.sex_swapped),
        "contaminated": named((roles.contaminated,)),
        "contamination_fraction": CONTAMINATION_FRACTION,
        "low_call_rate": named(roles.low_call_rate),
        "no_omics": named((roles.no_omics,)),
        "responsive_subgroup": None
        if responsive is None
        else subgroup_name(responsive),
        "treatment_outcomes": [] if responsive is None else ["survival", "binary"],
        "subgroup_features": list(np.array(features.names)[telling]),
        "batch_features": list(np.array(features.names)[shifted]),
        "sex": dict(
            zip(ids, np.where(people["male"], "male", "female").tolist(), strict=True)
        ),
        "ancestry": dict(zip(ids, ancestry_names(people), strict=True)),
        "batch": dict(zip(ids, people["batch"].tolist(), strict=True)),
        "subgroup": subgroups,
        "affected": [
            {
                "sample": ids[row],
                "gene": planted.gene,
                "phenotype": planted.phenotype,
                "drug": planted.drug,
                "category": planted.category,
            }
            for row, planted in zip(roles.affected, AFFECTED, strict=True)
        ],
        "unread_gene": UNREAD_GENE,
        "unread": named(roles.unread),
        "pharmacogenes": {
            sample: {
                gene: "/".join(sorted(pair)) for gene, pair in person.stars.items()
            }
            for sample, person in zip(ids, cohort.genomes, strict=True)
        },
    }


def subgroup_name(label: int) -> str:
    """Return the name that the truth gives a subgroup."""
    return f"subgroup_{label + 1}"


def _write_tsv(path: Path, frame: pd.DataFrame) -> None:
    text = frame.to_csv(sep="\t", index=False, na_rep="", lineterminator="\n")
    write_page(path, text, entry=f"resources/simulated/<cohort>/{path.name}")
