"""The grammar of molecular markers in trial records: names, results, and both together.

Many gene symbols are English words (MET, KIT, CAT, REST), so a symbol counts with a
result beside it (``MET amplification``), or where it is no word at all (``EGFR``).
Results of pathogens (``HCV genotype 1``) are no results of a patient.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

#: Names that stand for a marker by themselves, in any case of letters.
_NAMES = (
    r"her[- ]?2(?:[/ -]?neu)?|erbb[- ]?[234]|c-?erbb-?2|"
    r"human epidermal growth factor receptor[- ]?(?:type )?2?(?: ?\(her-?2(?:/neu)?\))?"
    r"|"
    r"epidermal growth factor receptor(?: variant iii)?(?: ?\(egfr\))?|"
    r"(?:o?estrogen|progesterone|hormon(?:e|al)|androgen|folate|somatostatin) ?[- "
    r"]?receptors?"
    r"(?: ?\((?:er|pr|hr|pgr|ar|fr)\))?(?: alpha)?"
    r"(?![- ](?:modulat|antagonis|block|agonis|inhibit|degrad|target))|"
    r"egfr(?:v ?iii)?|pd-?l1|programmed (?:cell )?death[- ]ligand[- ]?1(?: "
    r"?\(pd-?l1\))?|"
    r"[kn]?-?ras|b-?raf(?: ?v600[ek]?)?|brca(?:[- ]?1(?: ?(?:/|and|or|&) "
    r"?(?:brca)?-?2)?|-?2)?|"
    r"g?brca(?:ness)?|alk|ros-?1|ntrk[123]?|pik3ca|pi3k|pten|idh[- ]?[12]?|flt-?3(?:[- "
    r"]itd)?|"
    r"npm1|jak-?2|bcr[-/]abl1?|philadelphia(?=[- ](?:chromosome|positive|negative)|\+)"
    r"|(?<!mrsa/)mss(?!a)|ph(?=\+|[- ](?:positive|negative|like)\b)|t315i|t790m?|l858r"
    r"|v600[ek]|"
    r"msi(?:-?[hl])?|microsatellite|mismatch[- ]repair|[dp]?mmr(?:-gene)?|mgmt|"
    r"cftr|f508del|g551d|apo ?-?e(?:[- ]?(?:4|ε4|epsilon ?4))?|"
    r"fgfr[- ]?[1-4]?|c-?met|c-?kit|pdgfr[ab]?|n-?myc|c-?myc|tp53|p53|ar-v7|"
    r"hla[- ]?(?!class|dr\b|dr\+)[abcd][a-z0-9*:-]*|ny-eso-1|mage-?a\d*|claudin"
    r" ?18(?:\.2)?|cd ?(?:19|20|22"
    r"|30|32b?|33|38|123)|"
    r"cyp ?[1-4][a-z]\d+\w?|ugt1a1|tpmt|dpyd|nudt15|vkorc1|slco1b1|il-?28b|g6pd|mthfr"
    r"|fshr|oprm1|comt|"
    r"17p|1p/?19q|11q|5q|ercc1|rrm1|bim|cell cycle gene|hyaluronan(?: ?\(ha\))?"
    r"|hyaluronic acid|"
    r"psma|prostate[- ]specific membrane antigen|bcma|mesothelin|gpc-?3|glypican-?3|"
    r"(?:high-?risk )?cytogenetics?|t ?\(\d+; ?\d+\)|del ?\(?\d+[pq]\d*\)?|"
    r"tumou?r mutational burden|tmb|hrd|homologous recombination|ebv dna|stat3|mutl"
    r"|gbrca[12]?m?|"
    r"triple[- ]negative|tnbc|basal[- ]like|luminal [ab]|"
    r"(?<=[a-z(]\W)(?:ER|PR|HR)(?=[- ]?(?:positive|negative|\+|-))"
)
#: Symbols that are words or too short, so that they count only beside a result, and
#: only in capitals: any symbol of the shape of a gene's.
_SYMBOL = r"(?:[A-Z][A-Z0-9]{1,6}(?:-?[0-9A-Z]{1,4})?|Rb)"
#: What looks like a symbol beside a result and is a pathogen, a test or a trait.
_NO_MARKERS = """
HIV HIV-1 HIV-2 HCV HBV HBEAG HBSAG HEV HPV CMV EBV HSV VZV RSV TB MTB RNA DNA
CDNA PCR RT-PCR ELISA ANA RF ACPA CCP GAD AFB HCG BHCG B-HCG PSA CA125 CEA CRP
MRSA MDR H1N1 SARS COVID AIDS HAART ART ARV NSCLC SCLC AML ALL CLL CML MDS MM
NHL DLBCL HCC CRC MCRC MBC BC GC LH FSH TSH RH FIT FOBT IFOBT VL CT MRI PET FDG
ECG EEG CSF II III IV I N0 N1 N2 T1 T2 T3 M0 BMD CD3 CD4 CD8 CD34 CD45 CIN2 CIN3
CABG CPAP NCPAP PEEP NPPV NNRTI NRTI PI INSTI RAL ABC TDF RT PR-RT LAM ETV M184V
K65R L74V K103N IGRA TST US PV VUS UK USA LS TRUS NGS IHC FISH OR AND NO IN OF
WITH NOT THE FOR DCIS TNM GVHD PCOS ADHD PTSD COPD CKD GBS CNS MRD GFP IGE IGG
"""
NOT_MARKERS = frozenset(_NO_MARKERS.split())
_RESULT = (
    r"positive|negative|positivity|pos\b|neg\b|mutat(?:ed|ions?|ional)|mutants?|wild[- "
    r"]?type|wt\b|"
    r"over-? ?express(?:ing|ed|ion|es)?|amplif(?:ied|ication)|express(?:ing|ed|ion|es)?"
    r"|"
    r"re-?arrange(?:d|ments?)|translocat(?:ed|ions?)|fusions?|delet(?:ed|ions?)|loss\b|"
    r"deficien(?:t|cy)|instability|stable|proficien(?:t|cy)|plus\b|alter(?:ed|ations?)"
    r"|aberrations?|dysregulat(?:ed|ion)|"
    r"(?<!solute )carriers?|variants?|alleles?|genotypes?|status|polymorphisms?"
    r"|unmethylated|"
    r"(?:hyper-?)?methylat(?:ed|ion)|activating\b|intact|(?:high|low)\b(?![- ](?:dos"
    r"|risk|grade|level|molec|income|density))|t790m|v600e?|exon \d+|\(?\+\)?(?![\w])"
)
#: A marker and a result, in either order, few words between.
MARKER = re.compile(rf"(?<![\w])(?i:{_NAMES})(?![a-z0-9])", re.ASCII)
RESULT = re.compile(rf"(?i)(?<![a-z])(?:{_RESULT})", re.ASCII)
_BESIDE = re.compile(
    rf"\b({_SYMBOL})(?: gene)?[- ]?(?:\([^)]{{1,12}}\)[- ]?)?"
    r"(mutat(?:ed|ions?)|mutants?|wild[- ]?type|amplif(?:ied|ication)|re-?arrange(?:d"
    r"|ments?)|"
    r"translocations?|fusions?|genotypes?|overexpress\w*|deletions?|alleles?|carriers?|"
    r"alterations?|expressing|positive|negative)"
)
_AFTER = re.compile(
    r"\b(mutations?|variants?|alterations?|amplification|rearrangements?|fusions?|loss "
    r"of function"
    r"|polymorphisms?|overexpression|expression|expressing)"
    r" (?:identified |detected |found )?(?:in|of|for) (?:(?:the|their|his|an?|one) )?"
    rf"({_SYMBOL})\b"
)
#: A result that says enough without the marker's name.
_ANY = re.compile(
    r"(?i)\b(?:patients|subjects|individuals|people|relatives|those) (?:who are "
    r")?carry(?:ing)? (?:the|an?)"
    r" (?:\w+ ){0,2}mutations?|\bmutation[- ]carriers?\b|\b(?:biomarker|marker)[- "
    r"]positive\b"
    r"|\bbiomarkers? (?:are|is) above\b|\bgenetic variant alleles? (?:for|of|in)\b"
    r"|\bher2?-, ?er-|\bbiomarker[- ]based risk\b"
    r"|\bgenotypically confirmed\b|\bamenable to exon \d+ skipping\b"
    r"|\bselecting patients (?:for|by|based)[^.;]{0,50}\b(?:testing|expression"
    r"|status)\b"
    r"|\b(?:patients|subjects|individuals|carriers|people|cases)\b[^.;]{0,80}\bwith"
    r" (?:known"
    r"|confirmed|documented|identified|proven|\w+)[ -]mutations?\b(?= (?:in|and|will)"
    r"|[,.)])"
    r"|\bmutations? in (?:the )?genes? encoding\b"
    r"|\binclusion biomarkers?\b|\bbiomarker eligibility\b"
    r"|\bpositive for (?:a|an|the) (?:[\w-]+ ){0,3}(?:mutation|biomarker"
    r"|alteration)s?\b"
    r"|\b(?:nonsense|gating|germ-?line|somatic|driver|activating|sensiti[sz]ing"
    r"|pathogenic) (?:[\w/-]+ )?mutations?\b"
)
_WHO = (
    r"(?:patients|subjects|participants|individuals|people|volunteers|wom[ae]n|m[ae]n"
    r"|children|adults|carriers|persons|those|controls|infants|smokers)"
)
_ALLELES = r"(?:[ACGT]{1,2}|[ACGT] ?/ ?[ACGT]|[A-Z][a-z]{2} ?/ ?[A-Z][a-z]{2}|\w+/\w+)"
_PLACE = r"(?:[\w*/>:.()+-]+,? ){0,6}?"
#: People of a genotype, as they are described.
_OF_GENOTYPE = re.compile(
    rf"\b{_WHO},? (?:\w+ ){{0,2}}(?:with|of|having|carrying|who (?:have|carry|had|are))"
    rf" (?:either |both )?(?:the |an? )?{_PLACE}{_ALLELES}(?:,? (?:or|and) {_ALLELES})*"
    r" (?:genotypes?|alleles?|variants?|carriers?|haplotypes?)\b"
    rf"|\b{_WHO} (?:\w+ ){{0,2}}(?:carrying|who carr(?:y|ied)|with|having)"
    rf" (?:either |both )?(?:the|an?|this|one|two|specific|selected|certain) {_PLACE}"
    r"(?:alleles?|haplotypes?|risk variants?|genotypes?)\b"
    rf"|\b{_WHO} (?:\w+ ){{0,3}}(?:homo|hetero|hemi)-?zygous\b(?: for)?"
)
#: People who are chosen by a genotype; words of the choice are part of the mention.
_CHOSEN = re.compile(
    rf"\bof the {_ALLELES}(?: or {_ALLELES})* genotype\b"
    r"|\b(?i:(?:pre-?)?(?:select|recruit|chosen|enroll?|invit|includ|screen)(?:ed|ing)?"
    rf" (?:\w+ ){{0,3}}?(?:by|for|based on|according to|on the basis of) {_PLACE}"
    r"genotypes?)\b(?!ing)"
    rf"|\b(?i:(?:with|have) (?:an? )?(?:specific|selected|confirmed|positive"
    rf"|risk[- ]associated|high-risk|at-risk) {_PLACE}(?<!hcv )genotypes?)\b(?! ?[1-6])"
    r"|\b(?i:(?:exclud|screen)\w*[^.;]{0,120}?(?:for (?:the )?presence of"
    r"|based on|by)[^.;]{0,40}\b(?:genotypes?|genotyping|allele))\b"
    r"|\b(?i:(?:classified|divided|grouped|assigned) (?:\w+ ){0,4}?groups?[^.;]{0,30}"
    r"(?:based on|according to|by)[^.;]{0,30}genotypes?)\b"
    r"|\b(?i:and an? confirmed \w+ genotype)\b"
    r"|\b(?i:\d+ (?:\w+ ){0,2}(?:for|of|with|in) each (?:genotype|mutation|allele))\b"
    r"|\b(?i:genotypes? (?:(?:will be|were|are) (?:selected|recruited|enrolled|included"
    r"|eligible)))\b"
    rf"|\b(?i:only {_WHO} carrying (?:the|this|an?) \w+ allele)\b"
    r"|\b(?i:will carry (?:the |an? )?)[^.;]{0,25}\b(?i:genotypes?|alleles?)\b"
    r"|\b(?i:due to (?:\w+ ){1,4}polymorphisms?)\b"
    r"|\b(?i:phenotyped|genotyped|classified|identified) as (?:\w+ ){0,2}(?:poor"
    r"|extensive|intermediate|slow|rapid|normal|ultra-?rapid) metaboli[sz]ers?\b"
)
#: Words of which one stands wherever people are said to have a genotype.
_GENOTYPE_WORDS = (
    *("genotyp", "allele", "variant", "carrier", "haplotyp", "zygous", "polymorphism"),
    *("metaboliz", "metabolise", "each mutation"),
)
#: The same for a result without the name of its marker.
_ANY_WORDS = (
    "selecting p",
    "mutation",
    "marker",
    "exon",
    "genotypic",
    "her2-",
    "her-",
    "alteration",
    "variant",
)
#: A pathogen whose genes are not the patient's.
PATHOGEN = re.compile(
    r"(?i)\b(?:hcv|hepatitis [bcde]|hbv|hiv|aids|viral|virus|virolog\w+|malaria"
    r"|plasmodium"
    r"|falciparum|vivax|tubercul\w+|mycobacter\w+|helicobacter|h\. ?pylori|influenza"
    r"|antiretroviral|drug[- ]resistan\w+ (?:tb|tuber)|hpv|papilloma\w+|cmv"
    r"|streptococ\w+|genotype "
    r"[1-6]\b"
    r"|gt[- ]?[1-6]\b|resistance[- ]associated|treatment[- ]emergent|genotypic "
    r"resistance|resistance[- ]guided|eradication of h\b"
    r"|n?nrtis?\b|salvage regimen|dual nrti)"
)
#: Words of which one stands in every text with a marker; a search for plain words is
#: far cheaper than one for patterns.
_ANCHORS = """
mutat mutant wild-type wildtype amplifi genotyp allele carrier biomarker her2
her-2 erbb egfr brca ras- braf pd-l1 pdl1 kras k-ras nras alk- alk+ ros1
receptor philadelphia microsatellite msi- mismatch rearrang transloc 17p 1p/19q
1p19q 11q dysregulat molecular genomic pharmacogen pharmaco-gen cyp2 cyp3 cyp1
ugt1a tpmt dpyd umbrella basket companion triple tnbc methylat hla- lung-map
genetic stratif cftr f508 g551 apoe cd20 cd22 cd30 cd33 cd38 cd32 mgmt idh flt3
jak2 bcr-abl pik3 pi3k pten -positive -negative basal-like luminal hyaluron
deficien fgfr c-met ntrk zygous ph+ psma rb- p53 (alk) expressing expresses
overexpress over-express -fusion metaboliz metabolise -agnostic
"""
ANCHORS = (
    *_ANCHORS.split(),
    *(" express ", " fusion", " agnostic", "/fusion"),
    *(
        "cyp ",
        "gene test",
        "master protocol",
        "wild type",
        "her 2",
        " alk ",
        " ras ",
        "treated with",
        " er +",
        " msi",
        "individualized t",
        "individualised t",
        "phenotyped as",
    ),
)


@dataclass(frozen=True)
class Mention:
    """A marker, and the result beside it, in a sentence.

    Parameters
    ----------
    start, end
        Where it stands in the sentence.
    marker
        The name as it is written.
    result
        What is said of it, in lower case; blank where nothing is.
    """

    start: int
    end: int
    marker: str
    result: str


#: How far from a marker its result may stand, in characters.
_REACH_AFTER, _REACH_BEFORE = 45, 28
#: Results that say nothing of a marker unless they stand close to it.
#: How much of a protein is asked for.
_LEVEL = re.compile(
    r"(?i)\s*(?:scores?|levels?)?\s*(?:\([^)]*\))?\s*(?:of|by [\w ]{3,20})?\s*"
    r"(?:≥|>|=|at least|greater|\d+ ?(?:%|percent|\+))"
)
#: Receptors whose lack is written with a minus alone.
_RECEPTOR = re.compile(r"(?i)her-?2|er$|pr$|hr$|hormon|o?estrogen|progest|triple")
_MINUS = re.compile(r" ?\(?[-–−]\)?(?=[\s,/)]|$)")
_NEAR = re.compile(r"(?i)\(?\+|plus|stable|high|low")
_CLOSE = 12
_STOP = re.compile(r"[;.:]|\b(?:who|which|to|is|are|was|were|will|by)\b")
_SELF = re.compile(
    r"(?i)^(?:triple|tnbc|basal|luminal|f508del|g551d|t790m?|t315i|l858r|v600"
    r"|msi-?h|mss|[dp]mmr|t ?\(|brcaness|ar-v7|gbrca\w*m)"
)


def find_mentions(sentence: str) -> Iterator[Mention]:
    """Yield the markers of a sentence that have a result beside them.

    Examples
    --------
    >>> [(m.marker, m.result) for m in find_mentions("in HER2-positive breast cancer")]
    [('HER2', 'positive')]
    >>> [(m.marker, m.result) for m in find_mentions("patients with MET amplification")]
    [('MET', 'amplification')]
    >>> list(find_mentions("HIV-positive men who met the criteria"))
    []
    """
    taken: set[int] = set()
    lower = sentence.lower()
    for match in MARKER.finditer(sentence):
        mention = _with_result(sentence, match)
        if mention is not None:
            taken.add(mention.start)
            yield mention
    for match in _BESIDE.finditer(sentence):
        if match[1].upper() not in NOT_MARKERS and match.start() not in taken:
            yield Mention(match.start(), match.end(), match[1], match[2].lower())
    if any(word in lower for word in _ANY_WORDS):
        for match in _ANY.finditer(sentence):
            yield Mention(match.start(), match.end(), match[0], "mutation")
    if any(word in lower for word in _GENOTYPE_WORDS):
        for match in _CHOSEN.finditer(sentence):
            described = match[0].lower().startswith(("with", "have"))
            result = "carrying" if described else "carrier"
            yield Mention(match.start(), match.end(), match[0], result)
        for match in _OF_GENOTYPE.finditer(sentence):
            yield Mention(match.start(), match.end(), match[0], "carriers")
    for match in _AFTER.finditer(sentence):
        if match[2].upper() not in NOT_MARKERS:
            yield Mention(match.start(), match.end(), match[2], match[1].lower())


def _with_result(sentence: str, match: re.Match[str]) -> Mention | None:
    if _SELF.match(match[0]):
        return Mention(match.start(), match.end(), match[0], "self")
    after = sentence[match.end() : match.end() + _REACH_AFTER]
    stop = _STOP.search(after)
    found = RESULT.search(after, 0, stop.start() if stop else len(after))
    if found is not None and (found.start() <= _CLOSE or not _NEAR.match(found[0])):
        if found[0].lower() == "expression" and _LEVEL.match(after, found.end()):
            return Mention(match.start(), match.end() + found.end(), match[0], "high")
        return Mention(
            match.start(), match.end() + found.end(), match[0], found[0].lower()
        )
    minus = _MINUS.match(after) if _RECEPTOR.match(match[0]) else None
    if minus is not None:
        end = match.end() + minus.end()
        return Mention(match.start(), end, match[0], "negative")
    low = max(0, match.start() - _REACH_BEFORE)
    before = sentence[low : match.start()]
    results = [one for one in RESULT.finditer(before) if one[0].lower() != "plus"]
    last = max(results, key=lambda one: one.end(), default=None)
    if last is None or _STOP.search(before, last.end()):
        return None
    return Mention(low + last.start(), match.end(), match[0], last[0].lower())
