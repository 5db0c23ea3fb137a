"""What a genotype file holds, read slowly and plainly: the truth to test against.

htslib parses every record whole (through pysam) and writes it as text again; the rest
is loops over that text. Nothing here is shared with the reader under test but names and
the lengths of the builds.
"""

import gzip
import re
import shutil
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import pysam

from genostrat.genotypes.builds import BUILDS, CONTIGS, GRCH38
from genostrat.genotypes.records import (
    BALANCE_DEPTHS,
    BALANCE_FREQUENCIES,
    BALANCE_SHARES,
    ReadMetrics,
    ReadOptions,
)

MISSING = -9
#: Metrics that count calls which are no genotype.
REFUSED = ("n_no_reads", "n_failed_filter", "n_low_depth", "n_low_quality")
COUNTS = ("n_records", "n_stored", "n_multiallelic")
TALLIES = (
    "dropped",
    "genotypes",
    "markers",
    "beyond",
    "contigs",
    "records_by_contig",
)


def read_options(**changes):
    """Return the defaults of the config's ingest section, with changes."""
    values = {
        "filters": frozenset({"PASS", "."}),
        "half_calls": "missing",
        "absent_is_reference": False,
        "build": GRCH38,
        "markers": {},
    }
    return ReadOptions(**(values | changes))


@dataclass
class Reading:
    """What was made of a cohort's files.

    `store` has for each contig rows of (position, identifier, ref, alt, quality,
    filter, genotypes); `counts` and `metrics` are as of `gather_pieces`, CHARR in
    whole millionths; `reads` has the sums of reads of each row, of contigs with any.
    """

    store: dict = field(default_factory=lambda: defaultdict(list))
    counts: dict = field(default_factory=dict)
    metrics: dict = field(default_factory=dict)
    reads: dict = field(default_factory=lambda: defaultdict(list))


def read_with_pysam(paths, *, samples=None, options=None):
    """Read every record of every file with htslib, and do by hand what ingest does."""
    options = options or read_options()
    oracle = None
    for path in paths:
        with (
            tempfile.TemporaryDirectory() as folder,
            open_whole(path, folder) as stream,
        ):
            names = list(stream.header.samples)
            oracle = oracle or _Oracle(samples or sorted(names), options)
            oracle.order = [names.index(name) for name in oracle.samples]
            for record in stream:
                oracle.take(record)
    return oracle.finish()


def open_whole(path, folder):
    """Open a file with pysam, which cannot iterate over a plain gzip file."""
    head = Path(path).read_bytes()[:18]
    if head[:2] == b"\x1f\x8b" and head[10:14] != b"\x06\x00BC":
        plain = Path(folder) / "plain.vcf"
        with gzip.open(path) as source, plain.open("wb") as target:
            shutil.copyfileobj(source, target)
        path = plain
    return pysam.VariantFile(str(path))


class _Oracle:
    def __init__(self, samples, options):
        self.samples = list(samples)
        self.options = options
        self.order = []
        self.reading = Reading()
        self.counts = {name: 0 for name in COUNTS} | {n: Counter() for n in TALLIES}
        self.sums = {name: [0] * len(samples) for name in ReadMetrics.NAMES}
        self.kept = defaultdict(set)

    def finish(self):
        reading = self.reading
        for contig, rows in reading.store.items():
            self.counts["contigs"][contig] = len(rows)
            self.counts["n_stored"] += len(rows)
        reading.store = dict(reading.store)
        known = {c: rows for c, rows in reading.reads.items() if any(map(any, rows))}
        reading.reads = known
        reading.counts, reading.metrics = self.counts, self.sums
        return reading

    def take(self, record):
        contig = canonical(record.chrom)
        if contig is None:
            return
        self.counts["n_records"] += 1
        self.counts["records_by_contig"][contig] += 1
        quality = record.qual
        # INFO is never read, may be long, and need not be UTF-8.
        record.info.clear()
        fields = str(record).rstrip("\n").split("\t")
        _, _, name, ref, alt, _, filters, _, *rest = fields
        reference, alts = ref.upper(), alt.upper().split(",")
        if rest and "GT" not in rest[0].split(":"):
            rest = by_all_alleles(rest, n_alts=len(alts))
        reason = self._reason(reference, alts, filters, rest)
        texts = [rest[1 + at] for at in self.order] if rest else []
        if reason:
            self.counts["dropped"][reason] += 1
            if reason not in ("filter", "no_genotypes") and "GT" in rest[0].split(":"):
                self._note(texts, self._parse(record.header, rest[0], texts, alts))
            return
        calls = self._parse(record.header, rest[0], texts, alts)
        self._note(texts, calls)
        self.counts["n_multiallelic"] += len(alts) > 1
        self._measure(contig, record.pos, reference, alts, texts, calls)
        depths = list_depths(alts, texts, calls)
        reads = self._sum_reads(contig, alts, texts, calls, depths)
        for number, allele in enumerate(alts, 1):
            if allele == "*":
                continue
            # A dot says that there is no allele, which among others makes no sense.
            if not is_sequence(allele) and alts != ["."]:
                self.counts["dropped"]["symbolic_allele"] += 1
                continue
            key = (record.pos, reference, allele)
            if key in self.kept[contig]:
                self.counts["dropped"]["duplicate_variant"] += 1
                continue
            self.kept[contig].add(key)
            self._show_build(contig, *key)
            coded = {t: count_allele(call.alleles, number) for t, call in calls.items()}
            row = tuple(coded[text] for text in texts)
            self.reading.reads[contig].append(reads)
            given = f"{contig}:{record.pos}:{reference}:{allele}"
            name_kept = given if name == "." else name
            self.reading.store[contig].append(
                (record.pos, name_kept, reference, allele, quality, filters, row)
            )

    def _sum_reads(self, contig, alts, texts, calls, depths):
        """Return the sums of reads of a record with one alternate allele."""
        sums = [0] * 5
        if contig in ("X", "Y", "MT") or len(alts) > 1:
            return tuple(sums)
        for call, depth in zip(map(calls.get, texts), depths or texts, strict=True):
            if call.alleles is None:
                continue
            of_ref, of_alt = (*call.numbers.get("AD", ()), None, None)[:2]
            if len(set(call.alleles)) == 2 and None not in (of_ref, of_alt):
                sums[:3] = sums[0] + of_ref, sums[1] + of_alt, sums[2] + 1
            if depths and depth is not None:
                sums[3:] = sums[3] + depth, sums[4] + 1
        return tuple(sums)

    def _reason(self, reference, alts, filters, rest):
        wanted = self.options.filters
        if wanted and not all(word in wanted for word in filters.split(";")):
            return "filter"
        if not is_sequence(reference):
            return "reference_not_acgt"
        if alts != ["."] and not any(is_sequence(allele) for allele in alts):
            return "symbolic_allele"
        if not rest or "GT" not in rest[0].split(":"):
            return "no_genotypes"
        return None

    def _parse(self, header, keys, texts, alts):
        """Return each distinct text of the record's samples with what it says.

        Samples mostly repeat one another's text, so each text is parsed once.
        """
        keys = keys.split(":")
        used = [key for key in ("DP", "GQ", "AD") if key in keys]
        local = {"AD": "LAD"}
        types = {
            key: header.formats[key if key in header.formats else local[key]].type
            for key in used
        }
        calls = {text: parse_sample(keys, text, types) for text in set(texts)}
        n_alleles = 1 if alts == ["."] else len(alts) + 1
        return {
            text: self._settle(
                call, alts, weigh(keys, text, call.alleles, n_alleles, self.options)
            )
            for text, call in calls.items()
        }

    def _note(self, texts, calls):
        for at, text in enumerate(texts):
            if calls[text].note:
                self.sums[calls[text].note][at] += 1

    def _settle(self, call, alts, note):
        """Apply the options to a call; alleles become None where it is missing."""
        if note in REFUSED:
            return Call(None, False, False, call.numbers, note)
        first, second = call.alleles if len(call.alleles) == 2 else call.alleles * 2
        haploid = len(call.alleles) == 1 and first is not None
        half = (first is None) != (second is None)
        if half and self.options.half_calls == "reference":
            first, second = first or 0, second or 0
        if first is None and second is None and self.options.absent_is_reference:
            first = second = 0
        unknown = first is None or second is None
        if unknown or any(a and alts[a - 1] == "*" for a in (first, second)):
            return Call(None, haploid, half, call.numbers, note)
        return Call((first, second), haploid, half, call.numbers, note)

    def _show_build(self, contig, position, reference, allele):
        marked = self.options.markers.get((contig, position, reference, allele))
        if marked:
            self.counts["markers"][marked] += 1
        for name, build in BUILDS.items():
            # one base past the end is the telomere; hg19's mitochondrion is longer
            if contig != "MT" and position > build.lengths[contig] + 1:
                self.counts["beyond"][name] += 1

    def _measure(self, contig, position, reference, alts, texts, calls):
        par = self.options.build.par.get(contig, ())
        in_par = any(low <= position <= high for low, high in par)
        if any(call.half for call in calls.values()):
            for at, text in enumerate(texts):
                self.sums["n_half_call"][at] += calls[text].half
        if contig == "X" and not in_par:
            for at, text in enumerate(texts):
                called = calls[text].alleles is not None
                self.sums["n_called_x"][at] += called
                self.sums["n_haploid_x"][at] += called and calls[text].haploid
        depths = list_depths(alts, texts, calls)
        if contig in ("X", "Y") and not in_par:
            # A sample of which the Y says nothing has no read of it.
            for at, depth in enumerate(depths):
                self.sums[f"{contig.lower()}_dp_sum"][at] += depth or 0
                known = depth is not None or contig == "Y"
                self.sums[f"{contig.lower()}_dp_n"][at] += known
        if contig not in ("X", "Y", "MT"):
            for text, times in Counter(texts).items():
                alleles = calls[text].alleles
                kind = "missing" if alleles is None else "other"
                kind = "hom_ref" if alleles == (0, 0) else kind
                self.counts["genotypes"][kind] += times
            if any(call.numbers for call in calls.values()):
                samples = [calls[text] for text in texts]
                self._measure_depth(samples, depths)
                if len(reference) == len(alts) == len(alts[0]) == 1:
                    self._measure_charr(samples)
                    self._measure_balance(samples)

    def _measure_depth(self, samples, depths):
        for at, call in enumerate(samples):
            quality = call.numbers.get("GQ", [None])[0]
            depth = depths[at] if depths else None
            for name, value in (("dp", depth), ("gq", quality)):
                if call.alleles is not None and value is not None:
                    self.sums[f"{name}_sum"][at] += value
                    self.sums[f"{name}_n"][at] += 1

    def _measure_balance(self, samples):
        called = [call.alleles for call in samples if call.alleles is not None]
        n_alt = sum((a == 1) + (b == 1) for a, b in called)
        for at, call in enumerate(samples):
            of_ref, of_alt = call.numbers.get("AD", [None, None])[:2]
            if of_ref is None or of_alt is None:
                continue
            own = () if call.alleles is None else call.alleles
            n_others = len(called) - (call.alleles is not None)
            depth = of_ref + of_alt
            if n_others < 10 or not 20 <= depth <= 100:
                continue
            frequency = 1 - (n_alt - sum(a == 1 for a in own)) / (2 * n_others)
            share = sum(of_ref > edge * depth + 1e-9 for edge in BALANCE_SHARES)
            if not 0.1 <= frequency <= 0.9 or share == len(BALANCE_SHARES):
                continue
            row = sum(frequency >= edge for edge in BALANCE_FREQUENCIES[1:-1])
            self.sums[f"balance_{row}_{share}"][at] += 1
            deep = sum(depth >= edge for edge in BALANCE_DEPTHS[1:-1])
            self.sums[f"balance_depth_{deep}"][at] += 1

    def _measure_charr(self, samples):
        called = [call.alleles for call in samples if call.alleles is not None]
        if not called:
            return
        n_alt = sum((a == 1) + (b == 1) for a, b in called)
        frequency = 1 - n_alt / (2 * len(called))
        if not 0.1 <= frequency <= 0.9:
            return
        for at, call in enumerate(samples):
            quality = call.numbers.get("GQ", [None])[0]
            of_ref, of_alt = call.numbers.get("AD", [None, None])[:2]
            known = None not in (quality, of_ref, of_alt)
            if call.alleles != (1, 1) or not known or quality < 20:
                continue
            if 20 <= of_ref + of_alt <= 100:
                term = of_ref / (frequency * (of_ref + of_alt))
                self.sums["charr_sum"][at] += round(term * 1_000_000)
                self.sums["charr_n"][at] += 1


class Call(NamedTuple):
    """A sample's call: alleles (None where there is none to count), and its numbers.

    `note` names the metric that counts it, where it is refused or unsure.
    """

    alleles: tuple | None
    haploid: bool
    half: bool
    numbers: dict
    note: str = ""


def list_depths(alts, texts, calls):
    """Return the depth of each sample: DP, else the sum of AD; none without either."""
    n_alleles = 1 if alts == ["."] else len(alts) + 1
    depths = []
    for call in map(calls.get, texts):
        if "DP" in call.numbers:
            depths.append(call.numbers["DP"][0])
        elif "AD" in call.numbers:
            known = [n for n in call.numbers["AD"][:n_alleles] if n is not None]
            depths.append(sum(known) if known else None)
    return depths


def count_allele(alleles, number):
    """Return how often a call has an allele."""
    return MISSING if alleles is None else alleles.count(number)


def canonical(name):
    """Return a primary contig's canonical name, or None."""
    bare = (name[3:] if name.lower().startswith("chr") else name).upper()
    others = {"M": "MT", "23": "X", "24": "Y", "26": "MT"}
    others |= {f"0{number}": str(number) for number in range(1, 10)}
    bare = others.get(bare, bare)
    return bare if bare in CONTIGS else None


def is_sequence(allele):
    return bool(allele) and set(allele.upper()) <= set("ACGT")


def by_all_alleles(rest, *, n_alts):
    """Return FORMAT and columns by all alleles, of a record that has local ones.

    Only what the store and its counts ask for: calls, and the reads of REF and the
    first ALT.
    """
    keys = rest[0].split(":")
    if not {"LGT", "LAA"} <= set(keys):
        return rest
    columns = []
    for text in rest[1:]:
        said = dict(zip(keys, text.split(":"), strict=False))
        listed = said.get("LAA", ".")
        alleles = ["0", *([] if listed == "." else listed.split(","))]
        words = re.split(r"(\d+)", said.get("LGT", "."))
        call = "".join(alleles[int(w)] if w.isdigit() else w for w in words)
        reads = dict(zip(alleles, said.get("LAD", ".").split(","), strict=False))
        all_reads = [reads.get(str(number), ".") for number in range(n_alts + 1)]
        values = [call, ",".join(all_reads), said.get("LPL", ".")]
        values += [said.get(key, ".") for key in ("DP", "GQ")]
        columns.append(":".join(values))
    named = [("AD", "LAD"), ("PL", "LPL"), ("DP", "DP"), ("GQ", "GQ")]
    kept = ["GT", *(own for own, key in named if key in keys)]
    places = [["GT", "AD", "PL", "DP", "GQ"].index(key) for key in kept]
    columns = [":".join(c.split(":")[at] for at in places) for c in columns]
    return [":".join(kept), *columns]


def parse_sample(keys, text, types):
    """Return the call that a sample's column makes."""
    values = dict(zip(keys, text.split(":"), strict=False))
    genotype = values.get("GT", ".").replace("|", "/").removeprefix("/").split("/")
    # htslib writes -65 for a GT that was dropped from the end of the column.
    genotype = ["." if word == "-65" else word for word in genotype]
    alleles = tuple(None if word == "." else int(word) for word in genotype)
    assert len(alleles) <= 2, f"a genotype with {len(alleles)} alleles"
    numbers = {}
    for key, kind in types.items():
        if kind in ("Integer", "Float"):
            words = values.get(key, ".").split(",")
            numbers[key] = [parse_number(word) for word in words]
            # One number where two are looked for leaves the second unknown.
            numbers[key] += [None] * (2 - len(words))
    return Call(alleles, False, False, numbers)


def weigh(keys, text, alleles, n_alleles, options):
    """Say why a call is no genotype, or an unsure one, as ``ReadMetrics`` names it.

    By the documentation's words: no call without a read, none that fails FT, none below
    a limit; and a note of those with a quality of 0.
    """
    if all(allele is None for allele in alleles):
        return ""
    said = dict(zip(keys, text.split(":"), strict=False))
    known = {key: [number_or_none(w) for w in said.get(key, ".").split(",")]
             for key in ("DP", "GQ", "RGQ", "AD", "PL", "MIN_DP")}  # fmt: skip
    depth, least = known["DP"][0], known["MIN_DP"][0]
    quality = (known["GQ"] if "GQ" in keys else known["RGQ"])[0]
    reads, likelihoods = known["AD"], known["PL"]
    only_reference = not any(alleles)

    def all_zero(key, first, least):
        words = said.get(key, ".").split(",")
        zero = [set(word) == {"0"} for word in words]
        rest = all(z or word == "." for z, word in zip(zero, words, strict=True))
        return rest and all(zero[:first]) and len(words) >= least

    nothing = all_zero("PL", 2, 2) or (depth == 0 and quality == 0)
    if only_reference:
        nothing |= least == 0
        unread = all_zero("AD", 1, min(2, n_alleles))
        nothing |= unread and not (depth and quality)
        asked = "GQ" in keys or "PL" in keys
        imputed = {"DS", "GP", "HDS"} & set(keys)
        told = quality is not None or likelihoods[0] is not None
        told = told or any(value for value in reads)
        nothing |= depth == 0 and asked and not told and not imputed
    if nothing:
        return "n_no_reads"
    fails = said.get("FT", ".") or "."
    if options.genotype_filters and set(fails.split(";")) - options.genotype_filters:
        return "n_failed_filter"
    counted = [value for value in reads if value is not None]
    depths = [least, depth, sum(counted) if counted else None]
    stated = next((value for value in depths if value is not None), None)
    if stated is not None and stated < options.min_depth:
        return "n_low_depth"
    if quality is not None and quality < options.min_genotype_quality:
        return "n_low_quality"
    return "n_quality_zero" if quality == 0 else ""


def number_or_none(word):
    """Return a number cut to a whole one; None for any other word, or below 0."""
    try:
        return parse_number(word)
    except ValueError:
        return None


def parse_number(word):
    """Return a depth or a quality cut to a whole number; None for none or below 0."""
    value = float("nan") if word == "." else float(word)
    return int(value) if value >= 0 else None
