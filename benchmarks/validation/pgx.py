"""Pharmacogenes of real people on both builds, of an array, and of asserted cases."""

import collections
import functools

import numpy as np
import pysam

from benchmarks.validation import cohorts
from benchmarks.validation.published import PUBLISHED
from benchmarks.validation.rows import Check, Row, count, tally
from benchmarks.validation.star_alleles import (
    call_file,
    sort_diplotype,
    told_diplotypes,
)
from genostrat.pgx.knowledge.loading import load_knowledge
from genostrat.pgx.matching.assay import assay_gene, open_assay
from genostrat.pgx.matching.lines import SINGLE
from genostrat.stats.effects import wilson_interval

BUILDS = ("GRCh37", "GRCh38")
#: Genes of the shared file, less those that genotypes at positions cannot call.
GENES = (
    *("ABCG2", "CYP2B6", "CYP2C19", "CYP2C8", "CYP2C9", "CYP3A4", "CYP3A5", "CYP4F2"),
    *("F5", "G6PD", "IFNL3", "NUDT15", "SLCO1B1", "TPMT", "UGT1A1", "VKORC1"),
)
#: In the GRCh37 file only.
GENES_37 = (*GENES, "DPYD")


def share_file(bench, build):
    return bench.data / f"pgx_kg_share_500/pgx_kg_share_500.{build}.vcf.gz"


@functools.cache
def call_share(bench, build):
    """Call the 485 people on one build; return knowledge, calls and records."""
    knowledge = load_knowledge("pypgx", build=build)
    labels = cohorts.read(bench, "pgx_kg_share_500/labels.tsv")
    sexes = dict(zip(labels["sample"], labels["sex"], strict=True))
    calls, records = call_file(
        share_file(bench, build),
        knowledge,
        absent="reference",
        sexes=sexes,
        genes=GENES_37 if build == "GRCh37" else GENES,
    )
    return knowledge, calls, records


def contents(knowledge, records, name):
    """Return each sample's two copies of a gene: what stands at each position.

    A haploid call stands on both, since the files write males in different ways.
    """
    gene = knowledge.genes[name]
    assay = open_assay(records, [gene], samples=records.samples)
    found = assay_gene(assay, gene, is_absent_reference=True).alleles.copy()
    found[:, :, 1] = np.where(found[:, :, 1] == SINGLE, found[:, :, 0], found[:, :, 1])
    spelled = [spell(position) for position in gene.positions]
    return {
        sample: [
            tuple(
                texts.get(int(number), "?")
                for texts, number in zip(spelled, row[:, copy], strict=True)
            )
            for copy in (0, 1)
        ]
        for sample, row in zip(records.samples, found, strict=True)
    }


def spell(position):
    """Return allele number → what is left without the bases that all have in common."""
    texts = list(position.sequences)
    while min(map(len, texts)) > 1 and len({text[-1] for text in texts}) == 1:
        texts = [text[:-1] for text in texts]
    while min(map(len, texts)) > 1 and len({text[0] for text in texts}) == 1:
        texts = [text[1:] for text in texts]
    return dict(enumerate(texts))


def compare_builds(bench, gene):
    """Return both builds' calls of a gene, and how each person's genotypes differ."""
    tables, held = [], []
    for build in BUILDS:
        knowledge, calls, records = call_share(bench, build)
        table = calls.diplotypes
        table = table[table["gene"] == gene].set_index("sample_id").astype(str)
        tables.append(table.loc[sorted(records.samples)])
        held.append(contents(knowledge, records, gene))
    kinds = [tell_apart(*(own[name] for own in held)) for name in tables[0].index]
    return *tables, np.array(kinds)


def tell_apart(one, other):
    """Say how two pairs of copies of a gene differ; positions are in the same order."""
    if sorted(one) == sorted(other):
        return "the same genotypes"
    pairs = [
        [sorted(place) for place in zip(*copies, strict=True)]
        for copies in (one, other)
    ]
    return "the same, phased otherwise" if pairs[0] == pairs[1] else "other genotypes"


def check_builds(bench):
    rows = []
    for gene in GENES:
        first, second, kinds = compare_builds(bench, gene)
        names = [
            np.array([sort_diplotype(text) for text in table["diplotype"]])
            for table in (first, second)
        ]
        differs = names[0] != names[1]
        changes = tally(
            f"{one or 'none'} → {other or 'none'}"
            for one, other in zip(
                first["diplotype"][differs], second["diplotype"][differs], strict=True
            )
        )
        phenotypes = (first["phenotype"] == second["phenotype"]).sum()
        rows.append(
            Row(
                f"pgx_builds_{gene}" if differs.any() else "pgx_builds_same",
                f"pgx_kg_share_500, {gene}, {len(first)} people",
                "the same calls from the GRCh37 and the GRCh38 file",
                f"{(~differs).sum()} the same diplotype, {phenotypes} the same"
                f" phenotype; {tally(second['status'])} on GRCh38",
                "none"
                if not differs.any()
                else f"{changes}; what their files hold: {tally(kinds[differs])}",
            )
        )
    return rows


def count_allele(bench, contig, position, alt, people):
    """Count an alternate allele among people, as htslib reads the GRCh38 file."""
    with pysam.VariantFile(str(share_file(bench, "GRCh38"))) as file:
        name = contig if contig in file.header.contigs else f"chr{contig}"
        for record in file.fetch(name, position - 1, position):
            if record.pos == position and alt in (record.alts or ()):
                number = record.alts.index(alt) + 1
                return sum(
                    record.samples[person]["GT"].count(number) for person in people
                )
    return 0


def count_carried(calls, gene, person_set, site):
    """Count copies, among called people, whose alleles carry a sequence at a site."""
    index, number = site
    carrying = {
        allele.name
        for allele, row in zip(gene.alleles, gene.allowed, strict=True)
        if int(row[index]) == 1 << number
    }
    table = calls.diplotypes
    table = table[(table["gene"] == gene.name) & table["sample_id"].isin(person_set)]
    copies = [*table["allele_1"].astype(str), *table["allele_2"].astype(str)]
    parts = [text.strip("[]").split(" + ") for text in copies if text]
    return sum(any(part in carrying for part in own) for own in parts), len(parts)


def check_frequencies(bench):
    labels = cohorts.read(bench, "pgx_kg_share_500/labels.tsv")
    knowledge, calls, _ = call_share(bench, "GRCh38")
    rows = []
    for name in dict.fromkeys(item.gene for item in PUBLISHED):
        gene, items = knowledge.genes[name], [i for i in PUBLISHED if i.gene == name]
        ours, outside, plain = [], [], []
        for item in items:
            people = set(labels["sample"][labels["superpopulation"] == item.ancestry])
            found, n = count_carried(calls, gene, people, find_site(gene, item))
            low, high = (100 * float(x) for x in wilson_interval(found, n, level=0.99))
            what = f"{item.name} {item.ancestry}"
            ours.append(f"{what} {100 * found / n:.1f} ({found} of {n})")
            if not low <= item.percent <= high:
                outside.append(f"{what} ({low:.1f} to {high:.1f})")
            counted = count_allele(
                bench, gene.contig, item.position, item.alt, sorted(people)
            )
            if counted != found:
                plain.append(f"{what} {counted} of {2 * len(people)}")
        rows.append(
            Row(
                f"pgx_frequencies_{name}" if outside or plain else "pgx_frequencies",
                f"pgx_kg_share_500, {name}, copies in called people of GRCh38, %",
                "; ".join(f"{i.name} {i.ancestry} {i.percent}" for i in items)
                + f" ({', '.join(sorted({i.source for i in items}))})",
                "; ".join(ours),
                f"published and outside our 99 % interval: "
                f"{', '.join(outside) or 'none'}; counted otherwise by htslib, over"
                f" all people: {', '.join(plain) or 'none'}",
            )
        )
    return rows


def find_site(gene, item):
    """Return a published variant's place among a gene's positions, and its number."""
    for index, position in enumerate(gene.positions):
        if position.position == item.position:
            return index, position.sequences.index(item.alt)
    raise LookupError(f"{gene.name} has no position {item.position}")


def could_change(gene, content):
    """Say whether a missing position leaves room for another phenotype.

    Every pair of alleles that fits what was typed counts, with missing positions free:
    found here anew, from the definitions.
    """
    usable = (gene.allowed != 0).all(axis=1)
    fits = np.outer(usable, usable)
    for index, pair in enumerate(content):
        if min(pair) >= 0:
            bits = [np.uint64(1) << np.uint64(number) for number in pair]
            one, other = [(gene.allowed[:, index] & bit) != 0 for bit in bits]
            fits &= np.outer(one, other) | np.outer(other, one)
    names = [allele.name for allele in gene.alleles]
    found = set()
    for i, j in np.argwhere(fits):
        pair = tuple(sorted((names[i], names[j])))
        effect = gene.effects.get(pair) or gene.effects.get(pair[::-1])
        found.add(effect.phenotype if effect else "")
    return len(found) > 1


def check_array(bench):
    path = bench.data / "pgx_coriell_affy_355/pgx_coriell_affy_355.GRCh37.vcf.gz"
    knowledge = load_knowledge("pypgx", build="GRCh37")
    calls, records = call_file(path, knowledge)
    table = calls.diplotypes
    cover = calls.coverage
    whole = cover[(cover["n_assayed"] == cover["n_required"]) & (cover["n_called"] > 0)]
    none = cover[cover["n_assayed"] == 0]
    unlooked = table[(table["n_assayed"] == 0) & (table["status"] != "not_called")]
    guessed = silent_references(knowledge, calls, records)
    return [
        Row(
            "pgx_array_coverage",
            f"pgx_coriell_affy_355, {len(records.samples)} people,"
            f" {len(cover)} genes of the knowledge base",
            "an array types few of the defining positions, and no call may rest on"
            " those it does not type",
            f"{count(len(none), 'gene')} with no typed position, {len(whole)} with all;"
            f" rows: {tally(table['status'])}",
            f"called without a typed position: {len(unlooked)}",
        ),
        Row(
            "pgx_array_silent",
            "the same, rows called though a position is missing, genes with phenotypes",
            "no other phenotype possible, whatever the missing positions hold",
            f"{guessed[0]:,} rows looked at anew, all pairs of alleles that fit what"
            " was typed",
            f"another phenotype possible: {guessed[1]}",
        ),
    ]


def silent_references(knowledge, calls, records):
    """Return how many called rows lack positions, and how many of them could change."""
    table = calls.diplotypes
    table = table[(table["status"] == "called") & (table["missing_positions"] != "")]
    column = {name: place for place, name in enumerate(records.samples)}
    n_looked = n_wrong = 0
    for name, rows in table.groupby("gene", observed=True):
        gene = knowledge.genes[name]
        if gene.method != "diplotype" or gene.inheritance != "diploid":
            continue
        assay = open_assay(records, knowledge.genes.values(), samples=records.samples)
        content = assay_gene(assay, gene, is_absent_reference=False).alleles
        seen = {}
        for sample in rows["sample_id"]:
            own = content[column[sample]]
            key = own.tobytes()
            if key not in seen:
                seen[key] = own.max() < 64 and could_change(gene, own.tolist())
            n_looked += 1
            n_wrong += seen[key]
    return n_looked, n_wrong


#: What a case can come to, best first, and the name of the row's note.
VERDICTS = {
    "the same": "same",
    "the same as the best": "best",
    "the same but for alleles that untyped positions define": "untyped",
    "different": "different",
}


def check_asserted(bench):
    knowledge = load_knowledge(bench.data / "pgx_cpic_tables/pharmcat", build="GRCh38")
    cases = cohorts.read(bench, "pgx_pharmcat_cases_share/expected.tsv")
    found = collections.defaultdict(list)
    for case in cases.to_dict("records"):
        path = bench.data / "pgx_pharmcat_cases_share/vcf" / case["vcf"]
        calls, _ = call_file(path, knowledge, genes=[case["gene"]])
        verdict = judge_case(case, calls, knowledge.genes[case["gene"]])
        found[case["gene"]].append((case, calls.diplotypes.iloc[0], verdict))
    rows = []
    for gene, items in found.items():
        verdicts = [verdict for *_, verdict in items]
        odd = [item for item in items if item[2] == "different"]
        worst = max(verdicts, key=list(VERDICTS).index)
        rows.append(
            Row(
                f"pgx_asserted_{gene if odd else VERDICTS[worst]}",
                f"pgx_pharmcat_cases_share, {gene}, {count(len(items), 'case')}",
                "; ".join(show_asserted(case) for case, *_ in items),
                tally(verdicts),
                "; ".join(
                    f"{case['java_test']}: {row['diplotype'] or 'none'},"
                    f" {row['status']}"
                    for case, row, _ in odd
                )
                or "none",
            )
        )
    return rows


def show_asserted(case):
    flag = ", best only" if case["matcher_flag"] else ""
    return f"{case['java_test']}: {case['expected_diplotypes']}{flag}"


def judge_case(case, calls, gene):
    """Say how a call stands to what PharmCAT's authors assert."""
    wanted = case["expected_diplotypes"]
    wanted = {sort_diplotype(text) for text in wanted.split("|")} - {"NO_CALL"}
    row = calls.diplotypes.iloc[0].astype(str)
    told = told_diplotypes(row, calls.alternatives["diplotype"])
    same, best, untyped, different = VERDICTS
    if told == wanted:
        return same
    if case["matcher_flag"] and {sort_diplotype(row["diplotype"])} == wanted:
        return best
    # PharmCAT does not look for combinations of alleles; alone, or with them.
    unread = {text for text in told if needs_untyped(text, row, gene)}
    combined = {text for text in unread if "[" in text}
    if wanted in (told - combined, told - unread):
        return untyped
    return different


def needs_untyped(diplotype, row, gene):
    """Say whether an allele of a diplotype is told by a position that is missing."""
    missing = set(row["missing_positions"].split(","))
    names = {
        part for text in diplotype.split("/") for part in text.strip("[]").split(" + ")
    }
    return any(
        gene.positions[place].name in missing
        for allele in gene.alleles
        if allele.name in names
        for place, _ in allele.core
    )


CHECKS = [
    Check("pgx_builds", ("pgx_kg_share_500",), check_builds),
    Check("pgx_frequencies", ("pgx_kg_share_500",), check_frequencies),
    Check("pgx_array", ("pgx_coriell_affy_355",), check_array),
    Check(
        "pgx_asserted",
        ("pgx_pharmcat_cases_share", "pgx_cpic_tables"),
        check_asserted,
    ),
]
