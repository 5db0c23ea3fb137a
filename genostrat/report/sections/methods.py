"""Sections of the report on methods, versions and words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any

from genostrat import __version__
from genostrat.catalogues.outcome_kinds import KINDS
from genostrat.report.parts.document import (
    Block,
    Body,
    Definitions,
    Paragraph,
    Quotation,
    TableView,
)
from genostrat.report.parts.wording import (
    count_text,
    label_text,
    listing,
    number_text,
    percent_text,
    plain_number,
    readable,
)
from genostrat.report.words.treatment import adjustment_words


def build_methods(
    summary: Mapping[str, Any],
    *,
    settings: Mapping[str, Any],
    provenance: Mapping[str, Any],
) -> Body:
    """Give a paragraph to paste into a paper, and what the run depends on."""
    environment = provenance.get("environment") or {}
    blocks: list[Block] = [
        Quotation(methods_text(summary, settings=settings)),
        _version_view(environment),
    ]
    inputs = provenance.get("inputs") or []
    if inputs:
        blocks.append(_input_view(inputs))
    blocks.append(
        Paragraph(
            "The same inputs, settings and seed give the same report, byte for byte."
            " All settings of this run are in provenance.json."
        )
    )
    lead = "The first paragraph is written to be copied into a paper."
    return Body(blocks, lead=lead)


def methods_text(summary: Mapping[str, Any], *, settings: Mapping[str, Any]) -> str:
    """Write the methods paragraph from what ran and with which settings.

    Parameters
    ----------
    summary
        The cohort's record.
    settings
        The cohort's config. Keys that are absent are left out of the text.
    """
    return " ".join(
        [
            *_genotype_sentences(summary),
            *_population_sentences(summary.get("populations")),
            *_pgx_sentences(summary.get("pgx"), settings.get("pgx") or {}),
            *_profile_sentences(summary, settings.get("profile") or {}),
            *_strata_sentences(summary, settings.get("strata") or {}),
            *_response_sentences(summary, settings.get("response") or {}),
            f"All analyses used genostrat {__version__} with seed {summary['seed']}.",
        ]
    )


def _genotype_sentences(summary: Mapping[str, Any]) -> Iterator[str]:
    samples = summary["samples"]
    if samples["n_genotyped"] is None:
        return
    build = f" ({label_text(summary['build'])})" if summary["build"] else ""
    yield (
        f"Genotypes of {count_text(samples['n_genotyped'])} samples{build} were checked"
        " for call rate, heterozygosity, sex, contamination (maximum likelihood"
        " after Jun et al. 2012, doi 10.1016/j.ajhg.2012.09.004) and relatedness"
        " (KING-robust; Manichaikul et al. 2010, doi 10.1093/bioinformatics/btq559);"
        f" {count_text(samples['n_kept'])} were kept."
    )
    yield from _refusal_sentences((summary["ingest"] or {}).get("refused_calls") or {})
    if summary["ancestry"] is not None:
        yield (
            "Principal components of ancestry were computed on unrelated samples at"
            " variants in approximate linkage equilibrium."
        )


def _population_sentences(record: Mapping[str, Any] | None) -> Iterator[str]:
    if record is None:
        return
    if record["fst"]:
        yield (
            "Groups of unrelated samples were compared by Hudson’s F_ST as a ratio of"
            " sums (Bhatia et al. 2013, doi 10.1101/gr.154831.113) with block-jackknife"
            f" errors at {count_text(record['n_sites'])} autosomal SNVs, computed with"
            " scikit-allel."
        )
    homozygosity = record["homozygosity"]
    if homozygosity and homozygosity["n_assessed"]:
        yield (
            "Runs of homozygosity were called by a hidden Markov model of allele"
            " frequencies (after Narasimhan et al. 2016, doi"
            " 10.1093/bioinformatics/btw044); F_ROH is their share of the autosomes in"
            " which they would be found."
        )


_REFUSED = {
    "no_reads": "rest on no read",
    "failed_filter": "fail a filter of their own (FORMAT/FT)",
    "low_depth": "have fewer reads than asked for",
    "low_quality": "have a lower genotype quality than asked for",
}


def _refusal_sentences(refused: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    """Say which calls of the files were taken for missing."""
    parts = [
        f"{count_text(refused[name]['calls'])} that {why}"
        for name, why in _REFUSED.items()
        if refused.get(name, {}).get("calls")
    ]
    if parts:
        yield f"Of the calls, {listing(parts)} were taken for missing."


def _pgx_sentences(
    record: Mapping[str, Any] | None, settings: Mapping[str, Any]
) -> Iterator[str]:
    if record is None:
        return
    known = record["knowledge"]
    absent = "as reference" if record["absent"] == "reference" else "as unknown"
    yield (
        "Pharmacogene diplotypes were matched to the allele definitions of"
        f" {label_text(known['source'], 60)} {label_text(known['version'], 40)};"
        f" positions without a genotype counted {absent}, and a gene as called only"
        " where every sequence that they may hold leads to the same phenotype."
        f"{_tell_evidence(record, settings)} Recommendations are"
        f" those of {label_text(known['guidance_source'], 60)}"
        f" {label_text(known['guidance_version'], 40)}; intervals of shares are"
        " Wilson’s."
    )


def _tell_evidence(record: Mapping[str, Any], settings: Mapping[str, Any]) -> str:
    """Say what was asked of the genotypes' reads, and what could not be."""
    depth = settings.get("min_depth") or 0
    quality = settings.get("min_genotype_quality") or 0
    asked = {
        "depth": f"fewer than {depth} reads" if depth else "",
        "quality": f"a quality below {quality}" if quality else "",
    }
    given = {"both": ("depth", "quality"), "neither": ()}.get(
        record["evidence"], (record["evidence"],)
    )
    used = [text for name, text in asked.items() if name in given and text]
    lacking = [name for name, text in asked.items() if name not in given and text]
    told = ""
    if used:
        n = record["n_low_depth"] + record["n_low_quality"]
        told = (
            f" Genotypes with {' or '.join(used)} counted as missing"
            f" ({count_text(n)} did)."
        )
    if lacking:
        told += (
            f" The file gives no {' and no '.join(lacking)} of genotypes, so none was"
            " asked for."
        )
    return told


def _profile_sentences(
    summary: Mapping[str, Any], settings: Mapping[str, Any]
) -> Iterator[str]:
    profile = summary["profile"]
    if profile is None:
        return
    layers = listing(label_text(layer["layer"]) for layer in profile["layers"])
    text = (
        f"{count_text(profile['n_features'])} features ({layers}) of highest variance"
    )
    covariates = [
        readable(str(name))
        for name in settings.get("adjust_for") or []
        if name in summary["samples"]["columns"]
    ]
    axes = settings.get("ancestry_pcs")
    if axes and summary["ancestry"] is not None:
        covariates.append(f"{axes} ancestry components")
    if covariates:
        text += f" were adjusted for {listing(covariates)} by linear regression and"
    yield f"{text} scaled to unit variance."


_CLUSTERED_BY = {
    "kmeans": "k-means",
    "ward": "Ward’s method",
    "pam": "partitioning around medoids",
    "spectral": "spectral clustering",
}
_FUSED = {
    "snf": "Layers were fused as networks of similar patients (similarity network"
    " fusion; Wang et al. 2014, doi 10.1038/nmeth.2810).",
    "late": "Each layer was clustered by itself, and the consensus matrices averaged.",
}
_NULLS = {
    "spectrum": "Gaussian cohorts with the spectrum of the cohort’s components",
    "layers": "Gaussian cohorts with the correlations within and between the cohort’s"
    " layers, in which the same patients lack a layer",
    "margins": "cohorts with the margin of every feature and with the correlations"
    " between features (a Gaussian copula)",
}


def _strata_sentences(
    summary: Mapping[str, Any], settings: Mapping[str, Any]
) -> Iterator[str]:
    strata = summary["strata"]
    if strata is None:
        return
    how = strata.get("clustering")
    if how is not None:
        yield from _clustering_sentences(how)
    confidence = settings.get("min_confidence")
    if confidence and strata["sizes"]:
        yield (
            "Patients for whom more than one stratum could not be ruled out with a"
            f" confidence of {plain_number(confidence)} (split-conformal sets by"
            " stratum; Vovk et al. 2005, doi 10.1007/b106715) were left unassigned."
        )
    checked = strata["confounders_checked"]
    if checked:
        names = listing(map(readable, checked))
        yield (
            f"Strata were audited for association with {names}, and called confounded"
            " if these explained them."
        )


def _clustering_sentences(how: Mapping[str, Any]) -> Iterator[str]:
    """Say how patients were clustered, by what the clustering itself recorded."""
    algorithm = _CLUSTERED_BY.get(str(how["algorithm"]), label_text(how["algorithm"]))
    tried = [str(k) for k in how["ks"] or ()]
    k_range = f" for k of {listing(tried)}" if tried else ""
    repeats = ""
    if how["resamples"] and how["resample_fraction"]:
        share = percent_text(how["resample_fraction"])
        repeats = f" over {how['resamples']} resamples of {share} of patients"
    yield (
        f"Subgroups were sought among unrelated patients by consensus {algorithm}"
        f"{repeats}{k_range} (Monti et al. 2003)."
    )
    if how["fusion"] in _FUSED:
        yield _FUSED[how["fusion"]]
    drawn = f"{how['null_drawn']} simulated " if how["null_drawn"] else "simulated "
    kept = _NULLS.get(str(how["null"]), "cohorts")
    yield (
        f"Groups were compared with {drawn}{kept}, without groups, by the proportion of"
        " ambiguous pairs (Şenbabaoğlu et al. 2014, doi 10.1038/srep06207; John et al."
        " 2020, doi 10.1038/s41598-020-58766-1) and by the cluster index (SigClust; Liu"
        " et al. 2008, doi 10.1198/016214508000000454): the larger of the two, adjusted"
        f" over k at {percent_text(how['alpha'])}. Neighbouring groups were compared"
        " with a single spread cut in two, by the likelihood of two peaks against the"
        " best single one. Subgroups count as supported if both comparisons speak for"
        " them, as suggestive if only the first does."
    )


def _response_sentences(
    summary: Mapping[str, Any], settings: Mapping[str, Any]
) -> Iterator[str]:
    response = summary["response"]
    if response is None:
        return
    models = {test["model"] for test in response["tests"]}
    used = [kind.model_words for kind in KINDS.values() if kind.model in models]
    if used:
        yield (
            "Interaction of treatment and stratum was tested by likelihood ratio in"
            f" {listing(used)} regression, adjusted over outcomes (Benjamini and"
            " Hochberg 1995), before effects within strata were estimated."
        )
    else:
        yield "Outcomes were compared between strata by likelihood-ratio tests."
    if response.get("treatment"):
        yield (
            "The effect of treatment was first estimated in all patients, each arm"
            f" against the reference. p-values are {adjustment_words(response)}."
        )
    yield from (text for model, text in _FORMS.items() if model in models)
    named = [label_text(name, 40) for name in settings.get("subgroups") or []]
    if named:
        yield f"Pre-specified subgroups were {listing(named)}."
    least = settings.get("min_events_per_cell")
    if least:
        yield (
            f"Effects were not estimated where a group would expect fewer than {least}"
            " events if groups did not differ."
        )
    if settings.get("randomised") is False:
        yield (
            "Treatment was not randomised: effects were weighted by the inverse"
            " probability of treatment."
        )


_FORMS = {
    "cause_specific_cox": "Of outcomes with competing events, cause-specific hazards,"
    " subdistribution hazards (Fine and Gray 1999) and cumulative incidence"
    " (Aalen and Johansen 1978) were compared.",
    "proportional_odds": "Ordered levels were compared by proportional odds (McCullagh"
    " 1980), held against free chances of every level, and by the chance of a higher"
    " level.",
    "quasi_poisson": "Rates of counts were compared by quasi-Poisson regression, the"
    " variance in proportion to the mean and at least that of a Poisson variable, and"
    " tested by scores with the variance of patients' own (Boos 1992).",
}


def _version_view(environment: Mapping[str, Any]) -> TableView:
    versions = {"genostrat": __version__, "Python": environment.get("python", "–")}
    versions |= environment.get("libraries") or {}
    rows = [[label_text(name), label_text(v)] for name, v in versions.items()]
    return TableView(("Software", "Version"), rows, "Versions.", folded=True)


def _input_view(inputs: list[Mapping[str, Any]]) -> TableView:
    rows = [
        [
            label_text(PurePath(str(item["path"])).name, 80),
            number_text(item["bytes"] / 1e6) if item.get("bytes") else "–",
            label_text(item["sha256"], 64),
        ]
        for item in inputs
    ]
    return TableView(
        ("File", "MB", "SHA-256"), rows, "Input files.", numeric=(1,), folded=True
    )


GLOSSARY = {
    "Call rate": "Share of a sample's genotypes that could be called.",
    "Confidence interval (95 %)": "A range made so that it holds the true value in 95"
    " of 100 such studies.",
    "Confounded": "The groups go with something that is not biology, such as a batch.",
    "Consensus": "How often two patients fall into one group when the analysis is"
    " repeated on parts of the cohort.",
    "Contamination": "Share of a sample's reads that come from another person's DNA.",
    "F_ROH": "Share of the genome in long stretches that a sample has from both parents"
    " alike: 1/16 on average in children of first cousins.",
    "F_ST": "Share of the variation in allele frequencies that lies between two groups:"
    " 0 where they are one population, about 0.1 between continents.",
    "F (heterozygosity)": "Shortage (above 0) or excess (below 0) of heterozygous"
    " genotypes against what allele frequencies predict.",
    "Diplotype": "The named alleles of a gene on a person’s two chromosomes, such as"
    " *1/*2. It is ambiguous where what was read allows several with different"
    " phenotypes.",
    "Feature, layer": "A measured quantity of a patient, and the kind of measurement it"
    " belongs to.",
    "Hazard ratio": "Rate of events under treatment over the rate without it; below 1"
    " means fewer events.",
    "IBS0": "Share of sites at which two samples have no allele in common.",
    "Interaction": "The effect of treatment is not the same in all strata.",
    "Kinship": "Chance that an allele drawn from each of two people is the same by"
    " descent: 0.5 for a duplicate, 0.25 for first-degree relatives.",
    "Linkage disequilibrium": "Variants near each other are inherited together, so that"
    " one tells of the other (r²).",
    "Odds ratio": "Odds of the outcome under treatment over the odds without it.",
    "PAC": "Proportion of ambiguously clustered pairs; low when groups are clear.",
    "p adjusted": "A p-value corrected for the number of tests made.",
    "Phenotype (of a pharmacogene)": "How a diplotype is expected to act: a poor"
    " metaboliser clears a drug slowly, an ultrarapid one fast.",
    "RCSI": "How much clearer the groups are than in simulated data without groups, on"
    " a logarithmic scale; 0 means no clearer.",
    "Sample, patient": "A genotyped tube, and a row of the clinical sheet with the same"
    " identifier.",
    "Stratum": "A subgroup of patients; S1 is the largest.",
    "Tajima’s D": "Below 0 where a group has many rare variants for its common ones,"
    " above 0 where it has few.",
    "Ti/Tv": "Transitions over transversions, a check on the quality of variant calls.",
}


def build_glossary() -> Body:
    """Explain the words of the report."""
    return Body([Definitions(list(GLOSSARY.items()))])
