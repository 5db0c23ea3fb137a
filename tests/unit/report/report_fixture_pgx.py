"""The part of a made-up run that the pharmacogenomic stage writes."""

import pandas as pd

from genostrat.pgx.frequencies import group_patients, summarise_pgx
from genostrat.seeds import random_generator
from genostrat.tables import write_table

HOSTILE_MEDICINE = "scriptalert(1)/script"
_CYP2C19 = {
    "*1/*1": ("Normal Metabolizer", "standard"),
    "*1/*2": ("Intermediate Metabolizer", "change_dose"),
    "*2/*2": ("Poor Metabolizer", "avoid"),
    "*1/*17": ("Rapid Metabolizer", "monitor"),
}
_TPMT = {
    "*1/*1": ("Normal Metabolizer", "standard"),
    "*1/*3A": ("Intermediate Metabolizer", "change_dose"),
}
KNOWLEDGE = {
    "source": "tables",
    "version": "1.2.3",
    "sha256": "ab" * 32,
    "build": "GRCh38",
    "genes": {},
    "findings": ["two alleles of GENE9 have the same content"],
    "guidance_source": "advice",
    "guidance_version": "4.5",
    "guidance": [{"source": "advice", "version": "4.5"}],
}


def call(sample, gene, diplotype, phenotype, **changes):
    """One row of pgx/diplotypes.tsv."""
    alleles = diplotype.split("/") if diplotype else [""]
    return {
        "sample_id": sample,
        "gene": gene,
        "diplotype": diplotype,
        "alternatives": "",
        "phased": False,
        "n_assayed": 34,
        "n_required": 34,
        "missing_positions": "",
        "activity_score": None,
        "phenotype": phenotype,
        "status": "called" if diplotype else "not_called",
        "reason": "",
        "allele_1": alleles[0],
        "allele_2": alleles[1] if len(alleles) > 1 else "",
        "match": "exact" if diplotype else "",
        "other_phenotypes": "",
        "n_alternatives": 0,
        "explanation": "",
        "source": "own",
        "deciding_positions": "",
        "panels": "",
        "panel_result": "",
        "knowledge": "pypgx 0 sha256:0",
    } | changes


def advise(sample, drug, genes, category, text, **changes):
    """One row of pgx/guidance.tsv."""
    return {
        "sample_id": sample,
        "priority": 1,
        "drug": drug,
        "genes": genes,
        "phenotypes": "",
        "recommendation": text,
        "category": category,
        "strength": "strong",
        "genotype_category": category,
        "genotype_recommendation": "",
        "interaction": "",
        "effective_phenotypes": "",
        "possible_categories": category,
        "body": "CPIC",
        "year": "2022",
        "indication": "any",
        "reference": "PMID 1",
        "as_of": "2025-11",
        "newer": "",
        "source": "advice",
        "source_version": "4.5",
        "on_medication": False,
        "diplotypes": "*1/*2",
        "status": "called",
        "url": "https://example.org/guideline",
        "knowledge": "pypgx 0 sha256:0",
    } | changes


def make_pharmacogenes(run, rng, samples):
    """Write the tables of the stage; the last sample has an ambiguous CYP2C19."""
    rng = random_generator(1, "report", "pgx")
    calls, advice = [], []
    for number, sample in enumerate(run.ids):
        last = number == len(run.ids) - 1
        star = str(rng.choice(list(_CYP2C19), p=[0.4, 0.3, 0.05, 0.25]))
        phenotype, category = _CYP2C19[star]
        unsure = {
            "status": "ambiguous",
            "reason": "2 positions were not read",
            "alternatives": "*2/*2|*1/*3",
            "n_alternatives": 2,
            "other_phenotypes": "Poor Metabolizer",
            "missing_positions": "10:94775367,10:94781859",
            "deciding_positions": "10:94775367,10:94781859",
            "n_assayed": 32,
        }
        calls.append(
            call(sample, "CYP2C19", star, phenotype, **(unsure if last else {}))
        )
        tpmt = str(rng.choice(list(_TPMT), p=[0.9, 0.1]))
        calls.append(call(sample, "TPMT", tpmt, _TPMT[tpmt][0]))
        calls.append(call(sample, "VKORC1", "rs9923231/rs9923231", ""))
        calls.append(
            call(
                sample, "CYP2D6", "", "", reason="copies are not counted", n_required=0
            )
        )
        taken = {"on_medication": number % 4 == 0}
        category = "no_guidance" if last else category
        text = f"advice on clopidogrel for {category}"
        possible = "avoid|change_dose" if last else category
        advice.append(
            advise(
                *(sample, "clopidogrel", "CYP2C19", category, text),
                possible_categories=possible,
                status="ambiguous" if last else "called",
                **taken,
            )
        )
        text = f"advice on azathioprine for {_TPMT[tpmt][1]}"
        advice.append(advise(sample, "azathioprine", "TPMT", _TPMT[tpmt][1], text))
        advice.append(
            advise(
                *(sample, "codeine", "CYP2D6", "no_guidance", "not called"),
                possible_categories="avoid|standard",
                status="not_called",
                diplotypes="",
            )
        )
    diplotypes, guidance = pd.DataFrame(calls), pd.DataFrame(advice)
    guidance["priority"] = guidance.groupby("sample_id").cumcount() + 1
    run.diplotypes = run.folder / "pgx/diplotypes.tsv"
    write_table(run.diplotypes, diplotypes, table="pgx/diplotypes.tsv")
    run.table("pgx/guidance.tsv", guidance)
    run.record("pgx/knowledge.json", KNOWLEDGE)
    run.positions = run.folder / "pgx/positions.vcf"
    run.positions.write_text(
        "##fileformat=VCFv4.3\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
        "chr10\t94775367\trs12769205\tA\tG\t.\t.\tGENE=CYP2C19\n"
        "chr10\t94781859\trs4244285\tG\tA\t.\t.\tGENE=CYP2C19\n"
    )
    _make_aggregates(run, samples, diplotypes, guidance)


def _make_aggregates(run, samples, diplotypes, guidance):
    ancestry = samples[["sample_id"]].assign(ancestry=samples["ancestry_reported"])
    groups = group_patients(run.ids, sheet=samples, ancestry=ancestry, assignments=None)
    frequencies = summarise_pgx(
        diplotypes, guidance, keep=run.ids, unrelated=run.ids, groups=groups
    )
    run.table("pgx/frequencies.tsv", frequencies)
    genes = diplotypes.groupby("gene")
    counts = {
        f"n_{s}": genes["status"].agg(lambda column, s=s: int((column == s).sum()))
        for s in ("called", "ambiguous", "not_called")
    }
    coverage = pd.DataFrame(counts).reset_index()
    coverage["n_required"] = genes["n_required"].max().to_numpy()
    coverage["n_assayed"] = coverage["n_required"] - (coverage["gene"] == "TPMT") * 2
    missing = {"TPMT": "6:18130687,6:18138997"}
    coverage["missing_positions"] = coverage["gene"].map(missing).fillna("")
    reasons = {"CYP2D6": "copies are not counted"}
    coverage["reason"] = coverage["gene"].map(reasons).fillna("")
    coverage = coverage.assign(n_low_depth=0, n_low_quality=0, evidence="both")
    run.table("pgx/coverage.tsv", coverage)
    run.table(
        "pgx/medications.tsv",
        pd.DataFrame(
            [
                ("Plavix 75 mg tablets", "clopidogrel", 50, "matched", ""),
                ("amlodipine", "", 12, "no_pgx_guidance", ""),
                (HOSTILE_MEDICINE, "", None, "unknown", ""),
                (f"clopidogrill for {run.ids[0]}", "", 7, "unknown", "clopidogrel"),
            ],
            columns=["medicine", "matched_drug", "n_patients", "status", "nearest"],
        ),
    )


def make_medicines(run):
    shared = {"outcome": "os", "medicine": "warfarin", "question": "association"}
    tested = {
        **{"gene": "CYP2C9", "verdict": "not_found", "coding": "function_step"},
        **{"scale": "hazard_ratio", "effect": 1.2, "ci_low": 0.8, "ci_high": 1.8},
        **{"statistic": 0.9, "df": 1, "p_value": 0.34, "p_adjusted": 0.34},
        **{"n_takers": 40, "n": 38, "n_other": 12, "n_events": 20},
        **{"n_not_called": 2, "note": "", "unit": ""},
    }
    silent = {"gene": "VKORC1", "verdict": "not_assessed", "coding": "", "scale": ""}
    silent |= {"n_takers": 40, "note": "the gene was called in none of them"}
    rows = [shared | tested, shared | silent]
    run.table("response/pharmacogenes.tsv", pd.DataFrame(rows))
    run.record(
        "response/pharmacogenes.json",
        {"verdict": "not_found", "reason": "", "alpha": 0.05, "n_tested": 1}
        | {"n_not_assessed": 1, "n_ancestries": 2},
    )
