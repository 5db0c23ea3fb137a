"""The grammar of criteria: ages, sexes, genes, phenotypes, medicines, performance."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from genostrat.studies.criteria.genes import name_gene, name_result
from genostrat.studies.criteria.logic import Leaf
from genostrat.studies.designs.markers import find_mentions
from genostrat.studies.designs.selection import ASKED_ABOUT
from genostrat.studies.designs.words import SELECTS


@dataclass(frozen=True)
class Piece:
    """A question in a criterion, and where it stands there."""

    start: int
    end: int
    leaf: Leaf


_UNIT = r"(?:years?|yrs?\.?|y\.?o\.?|months?|weeks?)(?:[ -]old| of age)?"
_NUMBER = r"(\d{1,3}(?:\.\d)?)"
#: Ages: pattern → which groups are the low and the high limit, and what is outside.
_AGES: tuple[tuple[re.Pattern[str], int, int, bool, bool], ...] = (
    (
        re.compile(
            rf"(?i)\b(?:age[sd]?|aged|aging)?(?: between| from| of"
            rf"|:)?\s*{_NUMBER}\s*(?:{_UNIT})?"
            rf"(?:\s*\(inclusive\))?\s*(?:-|–|to|and|through|until)\s*(?:≤\s*)?{_NUMBER}\s*{_UNIT}"
        ),
        1,
        2,
        False,
        False,
    ),
    (
        re.compile(
            rf"(?i)\bage[sd]?\b[^\d.;]{{0,25}}?(?:between|from|:)?\s*{_NUMBER}\s*(?:-|–|to|and)\s*{_NUMBER}\b"
        ),
        1,
        2,
        False,
        False,
    ),
    (
        re.compile(
            rf"(?i)(?:\bage[sd]?\b[^\d.;]{{0,25}}?)?(?:≥|>=|> or = ?(?:to )?|at least"
            rf"|minimum(?: age)?(?: of)?|not younger than|greater than or equal to)"
            rf"\s*{_NUMBER}\s*{_UNIT}"
        ),
        1,
        0,
        False,
        False,
    ),
    (
        re.compile(rf"(?i)\bage[sd]?\b[^\d.;]{{0,15}}?(?:≥|>=|at least)\s*{_NUMBER}\b"),
        1,
        0,
        False,
        False,
    ),
    (
        re.compile(
            rf"(?i)\b{_NUMBER}\s*{_UNIT}?\s*(?:of age )?(?:or|and) (?:older|above|over"
            rf"|greater|more)\b(?: \w+ age)?"
        ),
        1,
        0,
        False,
        False,
    ),
    (
        re.compile(
            rf"(?i)(?:\bage[sd]?\b[^\d.;]{{0,15}}?)?(?:\bolder than|\bover(?: the age "
            rf"of)?|\babove(?: the age of)?|\bmore than"
            rf"|(?<![<=])>)\s*{_NUMBER}\s*{_UNIT}"
        ),
        1,
        0,
        True,
        False,
    ),
    (re.compile(rf"(?i)\bage[sd]?\b\s*(?:is |of )?>\s*{_NUMBER}\b"), 1, 0, True, False),
    (
        re.compile(
            rf"(?i)(?:\bage[sd]?\b[^\d.;]{{0,25}}?)?(?:≤|<=|< or = ?(?:to )?|at most"
            rf"|up to(?: and including)?|maximum(?: age)?(?: of)?|not older than|no "
            rf"older than)"
            rf"\s*{_NUMBER}\s*{_UNIT}"
        ),
        0,
        1,
        False,
        False,
    ),
    (
        re.compile(
            rf"(?i)(?:\bage[sd]?\b[^\d.;]{{0,15}}?)?(?:\byounger than|\bunder(?: the "
            rf"age of)?|\bbelow(?: the age of)?|\bless than|<)\s*{_NUMBER}\s*{_UNIT}"
        ),
        0,
        1,
        False,
        True,
    ),
    (re.compile(rf"(?i)\bage[sd]?\b\s*(?:is |of )?<\s*{_NUMBER}\b"), 0, 1, False, True),
    (
        re.compile(
            rf"(?i)\b{_NUMBER}\s*{_UNIT}?\s*(?:of age )?(?:or|and) (?:younger|below"
            rf"|under|less)\b"
        ),
        0,
        1,
        False,
        False,
    ),
)
#: What a number of years may be of that is no age of a patient.
_NO_AGE = re.compile(
    r"(?i)\b(?:within|during|in the (?:last|past)|for (?:at least|more)|history of"
    r"|survival|expectancy|prior to"
    r"|since|after|duration|diagnosed|follow-?up|free (?:for|of|interval)|previous"
    r"|disease-free|remission|menopaus\w+"
    r"|before|ago|smok\w+|pack)\b"
)
#: Ages that are counted from another day than that of birth.
_OTHER_AGE = re.compile(
    r"(?i)\b(?:gestation\w*|corrected age|post-?menstrual|post-?conception\w*|bone age"
    r"|mental age|donor)"
)
#: An age that says for whom something else holds.
_IN_CASE = re.compile(
    r"(?i)(?:\b(?:for|if|in|among|when|of those)\b[^,.;:]{0,30}|\(\s*)$"
)
_ADULT = re.compile(
    r"(?i)^(?:adults?(?: patients| subjects| participants)?|age: adults?)$"
)
_SEX = re.compile(
    r"(?i)\b(?:(?P<both>(?:male (?:or|and) female|female (?:or|and) male|men (?:or"
    r"|and) women|women (?:or|and) men"
    r"|either (?:sex|gender)|both (?:sexes|genders)|any (?:sex|gender)|(?:sex|gender): "
    r"all))"
    r"|(?P<female>(?:females? only|women only|women|female (?:patients|subjects"
    r"|participants)?|females|postmenopausal(?: women)?|premenopausal women))"
    r"|(?P<male>(?:males? only|men only|men|male (?:patients|subjects|participants)"
    r"|males)))\b"
)
#: A sex that is named for what is asked of it besides ("women of childbearing potential
#: must use contraception") is no criterion of sex.
_SEX_OTHER = re.compile(
    r"(?i)\b(?:child-?bearing|contracepti\w+|pregnan\w+|lactat\w+|nursing"
    r"|breast-?feed\w+|partners?|fertile|birth control"
    r"|sterili[sz]\w+|if (?:male|female)|reproductive|agree|surgically|hysterectom\w+"
    r"|menses)"
)
_PREGNANT = re.compile(
    r"(?i)\b(?:pregnan(?:t|cy)(?: or (?:breast-?feeding|lactating|nursing))?(?: "
    r"(?:women|females?|patients))?|(?:breast-?feeding|lactating|nursing)(?: (?:women"
    r"|females?|mothers))?)\b"
)
_ECOG = re.compile(
    r"(?i)\b(?:ecog|eastern cooperative oncology group"
    r"|(?-i:WHO)(?=[^.;\d]{0,40}performance)|zubrod)"
    r"[^.;\d≤<]{0,100}?"
    r"(?:(?P<range>[0-4])\s*(?:-|–|to|or|,|and)\s*(?:[0-3],? (?:or |and "
    r")?)?(?P<top>[0-4])|(?:≤|<=|< or =|less than or equal to|of)\s*(?P<most>[0-4])"
    r"|<\s*(?P<under>[1-4])|(?P<one>[0-4]))\b"
)
_KARNOFSKY = re.compile(
    r"(?i)\bkarnofsky[^.;\d≥>]{0,50}(?:≥|>=|> or =|at least|of"
    r"|>)?\s*(?P<least>\d{2,3})\s*%?"
)
_PHENOTYPE = re.compile(
    r"(?i)\b(?P<gene>cyp ?\d[a-z]\d+|ugt1a1|tpmt|dpyd|nudt15|slco1b1|g6pd"
    r"|nat2)\b[^.;]{0,25}?"
    r"\b(?P<kind>poor|intermediate|extensive|normal|rapid|ultra-?rapid|slow|deficien\w+"
    r"|decreased function)\b"
    r"(?:(?: or |/)(?P<second>poor|intermediate|extensive|normal|rapid"
    r"|ultra-?rapid))?(?: metaboli[sz]ers?)?"
)
_PHENOTYPE_FIRST = re.compile(
    r"(?i)\b(?P<kind>poor|intermediate|extensive|normal|rapid|ultra-?rapid|slow)(?:(?: "
    r"or |/)(?P<second>poor|intermediate|extensive|normal|rapid|ultra-?rapid))?"
    r" metaboli[sz]ers?\b[^.;]{0,25}?\b(?P<gene>cyp ?\d[a-z]\d+|ugt1a1|tpmt|dpyd|nudt15"
    r"|nat2)\b"
)
_ALLELE = re.compile(
    r"(?i)\b(?P<gene>cyp ?\d[a-z]\d+|ugt1a1|tpmt|dpyd|nudt15|slco1b1|hla-[abd]\w*?)(?: "
    r"gene)?[ -]*(?:alleles? )?(?P<allele>\*\d+\w?(?::\d+)?)(?:[/"
    r"|](?P<second>\*\d+\w?))?"
)
_STRATUM = re.compile(r"(?i)\bstratum (?P<name>s\d{1,2})\b")
#: Words by which a medicine is one that is taken now.
_NOW = re.compile(
    r"(?i)\b(?:current(?:ly)?|concomitant(?:ly)?|concurrent(?:ly)?|taking|receiving|on "
    r"(?:a )?stable|stable dose|use of|using"
    r"|on treatment with|requir\w+|maintained on|chronic)\b"
)
_PAST = re.compile(
    r"(?i)\b(?:prior|previous(?:ly)?|history of|past|ever|progress\w+|failed|failure"
    r"|refractory|pre-?treated|received|after|naive"
    r"|within)\b"
)
#: Words by which a medicine is named for something else than being taken.
_NOT_TAKEN = re.compile(
    r"(?i)\b(?:allerg\w+|hypersensitiv\w+|intoleran\w+|contra-?indicat\w+|reaction"
    r"|resistan\w+|eligible (?:for|to)"
    r"|candidates? for|suitable for|will (?:be|receive)|planned|able to|willing)\b"
)
#: Before a marker: it is looked for, not asked for.
_LOOKED_FOR = re.compile(
    r"(?i)\b(?:determination|assessment|evaluation|testing|analysis|test|detect\w*"
    r"|status|presence or absence)"
    r" (?:of|for)(?: \w+){0,2}\s*$"
)
_PROTEIN = re.compile(
    r"\b(?:p\.)?([ACDEFGHIKLMNPQRSTVWY]\d{2,4}(?:[ACDEFGHIKLMNPQRSTVWY*]|del|ins|fs))\b"
)


def find_pieces(text: str, *, medicines: Mapping[str, str]) -> list[Piece]:
    """Return the questions that are understood in a criterion, in order.

    Parameters
    ----------
    text
        Of one criterion.
    medicines
        Name in lower case → generic name.
    """
    pieces = [
        *_find_ages(text),
        *_find_sexes(text),
        *_find_performance(text),
        *(named := list(_find_phenotypes(text))),
        *(one for one in _find_genes(text) if not _is_within(one, named)),
        *_find_medicines(text, medicines),
    ]
    for match in _STRATUM.finditer(text):
        pieces.append(Piece(*match.span(), Leaf("stratum", match["name"].upper())))
    return _without_overlap(sorted(pieces, key=lambda p: (p.start, -p.end)))


def _is_within(piece: Piece, others: list[Piece]) -> bool:
    """Say whether a question stands where a more exact one does."""
    return any(piece.start < one.end and one.start < piece.end for one in others)


def _without_overlap(pieces: list[Piece]) -> list[Piece]:
    kept: list[Piece] = []
    for piece in pieces:
        if not kept or piece.start >= kept[-1].end:
            kept.append(piece)
    return kept


def _find_ages(text: str) -> Iterator[Piece]:
    if _ADULT.match(text.strip()):
        yield Piece(0, len(text), Leaf("age", low=18.0))
        return
    if _OTHER_AGE.search(text):
        return
    taken: list[tuple[int, int]] = []
    for pattern, low, high, low_open, high_open in _AGES:
        for match in pattern.finditer(text):
            start, end = match.span()
            if any(start < b and a < end for a, b in taken):
                continue
            before = text[max(0, start - 45) : start]
            if _IN_CASE.search(before) or text[end:].lstrip()[:1] == ":":
                continue
            if _NO_AGE.search(before) or _NO_AGE.match(text[end:].lstrip()[:20]):
                continue
            if not re.search(r"(?i)\bage|old|years? of age|year", match[0]) and not low:
                continue
            # "6 months to 12 years": a number has the unit behind it, or the last.
            first = match[0][: match.end(low) - start + 9] if low and high else match[0]
            own = _scale(first) if re.search(r"(?i)month|week|year|yr", first) else None
            scale = _scale(match[0][match.start(high) - start :] if high else match[0])
            own = scale if own is None else own
            leaf = Leaf(
                "age",
                low=float(match[low]) * own if low else None,
                high=float(match[high]) * scale if high else None,
                low_open=low_open,
                high_open=high_open,
            )
            if max(leaf.low or 0, leaf.high or 0) <= 130:
                taken.append((start, end))
                yield Piece(start, end, _whole_years(leaf))


def _scale(text: str) -> float:
    if re.search(r"(?i)\bmonths?", text):
        return 1 / 12
    return 7 / 365.25 if re.search(r"(?i)\bweeks?", text) else 1.0


def _whole_years(leaf: Leaf) -> Leaf:
    """Let a highest age in years include that year of life: up to 65 is under 66."""
    if leaf.high is None or leaf.high_open or leaf.high != int(leaf.high):
        return leaf
    return Leaf("age", "", "", leaf.low, leaf.high + 1, leaf.low_open, True)


def _find_sexes(text: str) -> Iterator[Piece]:
    if _SEX_OTHER.search(text):
        for match in _PREGNANT.finditer(text):
            yield Piece(*match.span(), Leaf("pregnancy"))
        return
    for match in _SEX.finditer(text):
        if match["both"]:
            yield Piece(*match.span(), Leaf("sex", test="all"))
        elif len(text) < 160:
            yield Piece(
                *match.span(), Leaf("sex", test="female" if match["female"] else "male")
            )


def _find_performance(text: str) -> Iterator[Piece]:
    for match in _ECOG.finditer(text):
        if match["range"]:
            low, high = float(match["range"]), float(match["top"])
        else:
            low = float(match["one"] or 0)
            high = float(match["most"] or match["one"] or 0)
            high = high if not match["under"] else float(match["under"]) - 1
        if low <= high:
            yield Piece(*match.span(), Leaf("performance", "ECOG", low=low, high=high))
    for match in _KARNOFSKY.finditer(text):
        least = float(match["least"])
        yield Piece(
            *match.span(), Leaf("performance", "Karnofsky", low=least, high=100.0)
        )


def name_phenotype(kind: str) -> str:
    """Return a metaboliser status in the words of CPIC, without the gene.

    Examples
    --------
    >>> name_phenotype("extensive"), name_phenotype("ultra-rapid")
    ('normal', 'ultrarapid')
    """
    kind = kind.lower().replace("-", "")
    if kind.startswith("deficien"):
        return "deficient"
    return {"extensive": "normal", "slow": "poor"}.get(kind, kind)


def _find_phenotypes(text: str) -> Iterator[Piece]:
    for pattern in (_PHENOTYPE, _PHENOTYPE_FIRST):
        for match in pattern.finditer(text):
            kinds = [match["kind"], match["second"]]
            test = "|".join(name_phenotype(kind) for kind in kinds if kind)
            gene = match["gene"].upper().replace(" ", "")
            yield Piece(*match.span(), Leaf("phenotype", gene, test))
    for match in _ALLELE.finditer(text):
        gene = match["gene"].upper().replace(" ", "")
        alleles = "/".join(a for a in (match["allele"], match["second"]) if a)
        yield Piece(*match.span(), Leaf("allele", gene, alleles))


def _find_genes(text: str) -> Iterator[Piece]:
    for mention in find_mentions(text):
        if not SELECTS.match(mention.result):
            continue
        if ASKED_ABOUT.match(text[mention.end :]) or _LOOKED_FOR.search(
            text[: mention.start]
        ):
            continue
        test = name_result(mention)
        protein = _PROTEIN.search(text, mention.start, min(mention.end + 20, len(text)))
        detail = (("protein_change", protein[1]),) if protein else ()
        leaf = Leaf("gene", name_gene(mention.marker), test, detail=detail)
        yield Piece(mention.start, mention.end, leaf)


def _find_medicines(text: str, medicines: Mapping[str, str]) -> Iterator[Piece]:
    lower = text.lower()
    words = [
        (m.start(), m.end(), m[0]) for m in re.finditer(r"[a-z][a-z0-9-]{3,}", lower)
    ]
    if _NOT_TAKEN.search(text):
        return
    is_past = _PAST.search(text) or not _NOW.search(text)
    test = "prior" if is_past else "current"
    for start, end, word in words:
        generic = medicines.get(word)
        if generic:
            yield Piece(start, end, Leaf("medicine", generic, test))
