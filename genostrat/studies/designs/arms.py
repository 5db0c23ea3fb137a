"""Designs of arms: who gets what by a molecular result, and how patients are drawn."""

from __future__ import annotations

import re
from collections.abc import Iterator

from genostrat.studies.designs.document import Document, Evidence, Line
from genostrat.studies.designs.markers import MARKER
from genostrat.studies.designs.words import BACKGROUND, SELECTS

#: Genes of which a germline genotype changes what a medicine does.
_PGX_GENE = (
    r"(?:cyp ?[1-4][a-z]\d+\w?|cytochrome p-?450(?: \w+)?|ugt1a1|tpmt|dpyd|dpd|nudt15"
    r"|vkorc1"
    r"|slco1b1|il-?28b|g6pd|mthfr|fshr|comt|oprm1|nat2|abcb1|hla-[abd]\w*|adrb[12]"
    r"|p2ry12|dbh"
    r"|5-?htt\w*|factor v leiden)"
)
_GENETIC = (
    r"(?:geno-?typ\w*|pharmaco-?gen(?:etic|omic)\w*|genetic(?:ally)?|gene[- ]test"
    r"|metaboli[sz]er"
    r"|pgx|dna[- ](?:test|sequenc\w+)|" + _PGX_GENE + ")"
)
_TREATMENT = (
    r"(?:dos(?:e|es|ed|ing|age)|therap\w+|treatment|prescri\w+|medications?|drugs?"
    r"|regimen|choice"
    r"|selection|anticoagul\w+|antiplatelet|warfarin|clopidogrel|statins?|algorithm\w*"
    r"|prescribing"
    r"|individuali[sz]ed|immunosuppress\w+|strategy|arm|group|approach)"
)
_METABOLISER = r"(?:poor|extensive|intermediate|ultra-?rapid|slow|rapid|normal)"
_GETS = (
    r"(?:(?!\bwhile\b)[^.;]){0,60}?\b(?:will|were|are|shall)(?: then)? (?:receive\w*"
    r"|be (?:randomi[sz]ed|treated(?! as)|given|assigned|prescribed"
    r"|switched)"
    r"|selected to (?:administ\w+|receive))\b"
)
#: Genotype decides: each pattern is evidence by itself.
_GUIDED = (
    re.compile(
        rf"(?i)\b{_GENETIC}(?: \w+)?(?:-| )?(?:guided|based|driven|directed|tailored"
        rf"|adapted|adjusted"
        rf"|individuali[sz]ed|informed)\b(?: [\w-]+){{0,5}}? {_TREATMENT}\b"
    ),
    re.compile(
        rf"(?i)\b(?:dos\w+|treatment|therapy|drugs?|prescri\w+|medications?|statin"
        rf"|warfarin|clopidogrel|tacrolimus|"
        rf"(?:is|are|be|being) (?:assigned|allocated|adjusted|calculated|selected"
        rf"|determined|placed"
        rf"|modified|given|treated|divided|classified|chosen|grouped)|(?:trial|study) "
        rf"stratified)\b"
        rf"(?:(?!\bresponse|\bparadigm|\bpredict)[^.;]){{0,90}}?\b(?:based on"
        rf"|according to|on the basis of|depending on|guided by"
        rf"|tailored to|considering|using (?=(?:\w+ )?(?:cyp|genotyp|pharmacogen|tpmt"
        rf"|ugt)))[^.;]{{0,70}}?\b{_GENETIC}"
    ),
    re.compile(
        r"(?i)\bgenotyp\w+ (?:\w+ ){0,3}to (?:guide|adjust|direct|tailor|select"
        r"|optimi[sz]e"
        r"|individuali[sz]e)\b"
        r"|\b(?:based on|according to|using|guided by)\b[^.;]{0,40}"
        r"\bgene(?:tic)?[- ](?:test\w*|profile) results?\b"
        r"|\bgenetic profile\b[^.;]{0,90}\badjust\w*\b[^.;]{0,30}\btreatment"
        r"|\b(?:genetic(?:ally)?|genomic(?:ally)?) (?:guided|approach to \w+ dos)\b"
    ),
    re.compile(
        r"(?i)\b(?:poor|extensive|intermediate|ultra-?rapid|slow|rapid|normal|IM/PM|im "
        r"or pm)"
        r"(?: (?:and|or) \w+|/\w+)? ?(?:metaboli[sz]ers?)[^.;]{0,80}"
        r"\b(?:will (?:be|receive)|allocated|assigned|randomi[sz]ed|treated|recommended"
        r"|shall be|receive)\b"
    ),
    re.compile(
        rf"(?i)\bcohort \d+[^.;]{{0,50}}{_PGX_GENE}"
        rf"|\b{_PGX_GENE}[^.;]{{0,20}}\b(?:IM/PM|"
        rf"(?:poor|intermediate|slow|rapid)(?:[/ ]\w+)? "
        rf"metaboli[sz]ers)\b[^.;]{{0,20}}\bof\b"
    ),
    re.compile(
        r"(?i)\b(?:pharmaco-?gen(?:etic|omic)s?|pgx)(?:-based)? (?:test(?:ing|s)?"
        r"|implementation|arm"
        r"|intervention|guidance|clinical decision|treatment(?= with| of| for)"
        r"|dosing|strategy)\b"
    ),
    re.compile(
        rf"(?i)\b(?:subjects?|participants?|patients?|volunteers?"
        rf"|smokers)\b[^.;]{{0,40}}\b(?:with|of)\b"
        rf"[^.;]{{0,25}}(?:\b(?:two|three|four|five|different|\d) (?:different "
        rf")?{_PGX_GENE} genotypes)"
        rf"|\(\d+ \w+/\w+ genotype\b"
    ),
    re.compile(rf"(?i)\bgenetic variant alleles? (?:for|of|in) {_PGX_GENE}"),
    re.compile(
        rf"(?i)\b{_PGX_GENE}[^.;]{{0,25}}\breceive treatment\b|\bgenotyp(?:ed|ing) "
        rf"arm\b"
        rf"|\b(?:enroll?|recruit|includ)\w*[^.;]{{0,40}}\d+ (?:patients|subjects"
        rf"|participants|volunteers)"
        rf" with (?:the )?\w+ genotype|\bboth (?:{_PGX_GENE} )?(?:poor|extensive) and "
        rf"\w+ metaboli[sz]ers"
        rf"|\bcarriers and non-?carriers of (?:the )?(?:[\w-]+ )?{_PGX_GENE}"
        rf"|\b(?:if|for) (?:an? )?{_PGX_GENE} (?:poor|intermediate|slow|ultra-?rapid) "
        rf"metaboli[sz]er"
    ),
    # people of a metaboliser status, or of a genotype of how a medicine works
    re.compile(
        rf"(?i)\b{_METABOLISER}(?:,? (?:and|or|vs\.?|versus|to|/) ?[\w-]+)* "
        r"metaboli[sz]ers?\b[^.;]{0,25}\b(?:as )?(?:defined|determined|identified"
        r"|classified|genotyped) (?:by|as|for|based)"
        r"|\b(?:subjects|volunteers|patients|participants|adults|men|women)\b"
        r"[^.;]{0,60}\b(?:who|that|and|with|phenotyped|genotyped)\b[^.;]{0,25}"
        rf"\b{_METABOLISER}(?:,? (?:and|or|/) ?[\w-]+)* metaboli[sz]ers?\b"
        rf"|\b(?:only|enroll?\w*|recruit\w*|includ\w*)\b[^.;]{{0,60}}\b{_METABOLISER}"
        r"(?:,? (?:and|or|/) ?[\w-]+)* metaboli[sz]ers?\b"
    ),
    re.compile(
        r"(?i)\b(?:increas|decreas|reduc|escalat|adjust|chang)\w+ (?:in |of )?(?:the )?"
        r"(?:[\w-]+ ){0,3}dos(?:e|age)\b[^.;]{0,150}\bwith (?:the )?(?:an? )?"
        r"(?:[\w-]+ ){0,4}(?:genotypes?|alleles?|metaboli[sz]ers?)\b"
    ),
    re.compile(
        r"(?i)\b(?:with|who (?:have|has|had|carry)|have|carry|carrying|harbou?ring)"
        r" (?:an? "
        r"|the |one or two )?(?:(?!of\b|for\b)[\w\"-]+ ){0,3}?(?:(?:selected|particular"
        r"|favou?rable"
        r"|specific|certain) (?:genetic )?(?:genotypes?|polymorphisms?|variants?)"
        rf"|{_PGX_GENE}[\w*/-]*(?: gene)? ?(?:cc|ct|tt|gg|aa|[acgt]/[acgt])? "
        r"(?:polymorphisms?|(?:genetic )?variants?|genotypes?|loss[- ]of[- ]function"
        r"(?: alleles?)?|risk alleles?))\b(?=[^.;]*\b(?:treat\w*|receiv\w*|undergoing"
        r"|recruited|enroll?ed|associated with favou?rable|at the|efficacy)|[^.;]*$)"
    ),
    re.compile(
        r"(?i)\b(?:patients|subjects|participants|those|children|individuals)"
        r" (?:with|of|who|having|carrying|homo\w+|hetero\w+)(?![^.;]{0,60}genotype"
        r" [1-6])"
        rf"[^.;]{{0,40}}\b(?:genotypes?|alleles?|variants?|carriers?)\b{_GETS}"
        r"|\b(?:carriers|homozygotes|heterozygotes|metaboli[sz]ers)\b"
        rf"{_GETS}"
        r"|\bmatch(?:ed|ing) (?:to|with) [^.;]{0,40}\bgenotypes?\b"
        r"|\bgenotype[- ]to[- ]phenotype (?:strategy|approach|study)"
    ),
    re.compile(
        r"(?i)\b(?:registered|enroll?ed|recruited|selected|included|grouped|classified"
        r"|chosen)\b[^.;]{0,40}\b(?:by|based on|according to|on the basis of)"
        rf"\b[^.;]{{0,40}}{_PGX_GENE}[\w*/-]*(?: gene)?(?: polymorphism)? (?:genotypes?"
        r"|phenotypes?|polymorphisms?|status|variants?)\b"
    ),
    re.compile(
        r"(?i)\bresults of (?:the )?pharmacogen|\bpharmacogen\w+ test results\b"
    ),
    re.compile(
        rf"(?i)\beffects? of (?:the )?{_PGX_GENE} (?:genotypes?|phenotypes?"
        rf"|polymorphisms?)[^.]{{0,30}} on (?:the )?pharmacokinetics"
    ),
)
#: The same words where they only hope, plan or look back.
_ONLY_LOOKS = re.compile(
    r"(?i)\b(?:could|may|might|can) (?:\w+ ){0,3}(?:allow|enable|improve|lead"
    r"|help|guide|benefit"
    r"|provide|be)|\bin (?:the )?future\b|\bfor future\b|\bcorrelat\w+|\bassociation\b"
    r"|\bassociated\b"
    r"|\bpotential(?:ly)? (?:to|for)\b|\bhypothesi[sz]\w+|\bguidelines? from\b"
    r"|\bstudies have\b"
    r"|\b(?:has|have) been (?:shown|published|proposed|developed)\b|\bliterature\b"
    r"|\bcost-effective"
    r"|\beconomic evaluation\b|\bsamples? (?:will be|are|is) \w+|\boptional\b|\bfor "
    r"whom\b|\bexplor\w+"
    r"|\bdifferences? in (?:the )?response|\bidentifying those\b|\bat higher\b"
    r"|\bcovariates?\b|\bvir(?:us|al) genotype\b|\blong-term goal\b|\bbelieve\b"
    r"|\bpermits?\b|\bwill vary\b|\bopportunit\w+|\boffers?\b|\butility\b"
    r"|\bwhether\b[^.]{0,30}\bassociat|\bgoals?\b[^.]{0,60}\bdevelop"
)

#: Generic markers that randomisation may be stratified by.
_STRATUM = re.compile(
    rf"(?i){MARKER.pattern.replace('(?i:', '(?:')}|\b(?:geno-?types?"
    rf"|mutation(?:al)?(?: status)?|receptor status"
    r"|molecular sub-?types?|phenotype status|gene(?:tic)? (?:status|signature"
    r"|expression)|proteomic "
    r"profile|biomarkers?"
    r"|karyotype|cytogenetic\w*|methylation|(?:er|pr|hr)(?: ?/ ?\w+)? status|her-?2)\b"
)
_STRATIFIED = re.compile(
    r"(?i)\bstratif(?:ied(?! (?:to|into|either))|ication(?= (?:factors?|variables?"
    r"|criteria|by|according|will|was|is|are)\b|:))"
    r"(?: factors?| variables?| criteria)?\b(?! analys[ei]s)(?:[^.;]"
    r"|\.(?=[a-z0-9])){0,260}"
)
_ANALYSIS = re.compile(
    r"(?i)\b(?:analys[ei]s|outcomes?|results?|count|efficacy will be|associations?"
    r"|estimates?"
    r"|survival|mortality|cancer incidence)\b[^.;]{0,60}$"
)
_RANDOM_WORDS = ("randomiz", "randomis", "randomly as", "randomly al")

#: Randomisation by a result in other words.
_DRAWN_BY = re.compile(
    r"(?i)\b(?:for|within|in) each (?:cohort|stratum|group)\b[^.;]{0,80}\b(?:mutat\w+"
    r"|(?:hyper|un)?-?methylated|positive|negative"
    r"|wild[- ]type)\b[^.;]{0,80}\brandomi[sz]"
    r"|\([+-](?:ve)?\) cohorts? will be randomi[sz]ed separately"
    r"|\b(?:biomarker|genotype|marker|molecular(?:ly)?|mutation)[- ]stratified\b"
    r"(?=[^.;]{0,80}\brandomi[sz])"
    r"|\bgenotyp\w+[^.;]{0,60}\bfor (?:the )?(?:block )?randomi[sz]ation\b"
)
_DRAWN_WORDS = (
    *("marker", "genotyp", "molecul", "mutat", "methylated", "positive", "negative"),
    *("wild", "ve)"),
)
#: What follows where a result decides the treatment, not the drawing.
_TO_START = re.compile(
    r"(?i)^(?:(?!random)[^.;]){0,60}\bto (?:start|receive|be treated)\b"
)

_UMBRELLA = (
    re.compile(
        r"(?i)\bumbrella (?:phase \w+ )?(?:study|trial|design|clinical|master)\b"
        r"|\bumbrella,? (?:phase|multi|open)|\blung-?map\b|\bmaster protocol (?:for|of"
        r"|to) "
        r"(?:evaluat|test|\w+ (?:therap|treat))|\bbiomarker-driven sub-?stud"
    ),
    re.compile(
        r"(?i)\b(?:assign(?:ed|ment)?|allocat(?:ed|ion)|match(?:ed|ing)?|select(?:ed"
        r"|ion)?|treated|treatment"
        r"|therap(?:y|ies)|regimens?|randomi[sz]ed|start(?:ed)?"
        r"|grouped)\b(?:(?!\band\b)[^.;]){0,70}?\b(?:based on|according to"
        r"|on the basis of|guided by|matched to|depending on|directed "
        r"by)\b(?:(?!\band\b)[^.;]){0,50}?(?:\b(?:molecular(?:ly)?"
        r"|genom(?:ic|e)|biomarkers?|mutation\w*|(?:gene )?expression|tumou?r (?:profil"
        r"|genetic)\w*|mrna levels?)"
        r"\b(?! imaging)(?![- ]based risk)|\b(?:her-?2|egfr|k?ras|braf|alk"
        r"|pd-?l1)\b[^.;]{0,14}\b(?:status|mutations?))"
        r"|\bregimens?\b[^.;]{0,40}\bdefined according to\b[^.;]{0,60}\b(?:profile"
        r"|expression)"
    ),
    re.compile(
        r"(?i)\b(?:genomic|molecular|biomarker|expression|mutation|gene)[- ](?:\w+ "
        r")?(?:guided|directed|profil(?:e|ing)"
        r" to (?:assign|select|direct)|profiles? to direct|driven"
        r"|matched)\b[^.;]{0,40}\b(?:therap|treat|arm|chemo)"
    ),
    re.compile(
        r"(?i)\b(?:egfr|alk|kras|braf|ros1|her-?2)\b[^.;]{0,14}(?:\+|positive"
        r"|mutat\w+)[^.;]{0,30}\btumou?rs?\b"
        r"[^.;]{0,25}\bwill be treated with\b"
    ),
    re.compile(
        r"(?i)\bstratified (?:based on|according to|by)\b[^.;]{0,20}\b(?:braf|egfr"
        r"|k?ras|her-?2|alk|biomarker)\b"
        r"[^.;]{0,60}\bto (?:start|receive|be treated)\b"
    ),
    re.compile(
        r"(?i)\bindividuali[sz]ed (?:treatment|therapy"
        r"|chemotherapy)\b[^.;]{0,90}\bbas(?:ed|is) (?:on|of)\b"
        r"[^.;]{0,40}\b(?:dna|mrna|expression|genom\w+|mutation|biomarker)"
    ),
)
_NOT_UMBRELLA = re.compile(
    r"(?i)\b(?:follow-?up|umbrella (?:term|diagnosis|organi[sz]ation|cohort)"
    r"|stratified (?:according|by)"
    r"|pathologist|imaging|long-term)\b"
)
_BASKET = (
    re.compile(
        r"(?i)\bbasket (?:study|trial|design|clinical|phase|of tumou?rs)\b|\b(?:tumou?r"
        r"|histology|tissue)[- ]agnostic\b"
    ),
)
_MANY_TUMOURS = re.compile(
    r"(?i)^[\s),]*(?:(?:relapsed|refractory|recurrent|locally|advanced|metastatic"
    r"|unresectable|or|and|/|,)[\s,]*){0,6}"
    r"(?:solid (?:tumou?rs?|malignanc\w+|cancers?)|malignan(?:cy|cies|t tumou?rs)"
    r"|cancers)\b(?! "
    r"of)(?! (?:are|were|will|have|was|is)\b)"
)
_TUMOURS_BEFORE = re.compile(
    r"(?i)(?<!criteria in )\b(?:solid(?: (?:or|and) [\w ]{1,12})? (?:tumou?rs?"
    r"|malignanc\w+|cancers?)|malignancies)\b(?:,? (?:or |and )?[\w -]{0,40}?"
    r"(?:lymphomas?|disorders?|leuk\w+|gliomas?))*[^.;]{0,30}$"
)
_MEDICINE = re.compile(
    r"(?i)\b(?:therap\w+|drugs?|medic(?:ine|ation)s?|chemo\w+|inhibitors?|agents?"
    r"|warfarin|clopidogrel|tumou?rs?|cancers?)\b"
)
#: Results of which each belongs to one kind of tumour.
_ONE_KIND = re.compile(r"(?i)triple|tnbc|basal|luminal|philadelphia|bcr|ph$")
_COMPANION = re.compile(
    r"(?i)\bcompanion (?:diagnostics?|tests?)\b|\bcompanion diagnostic\(s\)"
    r"|\bcomplementary diagnostic"
    r"|\b(?:in vitro diagnostic|ivd|diagnostic (?:assay|test|kit"
    r"|device))\b[^.;]{0,80}\b(?:to|for|that) (?:select|selecting|identify|identifying)"
    r" (?:\w+ ){0,3}patients (?:for|who|with|likely|eligible)|\bvalidat\w+ (?:of "
    r")?(?:\w+ ){0,4}(?:molecular diagnos\w+|diagnostic (?:assay|test))"
    r"|\b(?:method comparison|reproducibility|concordance|validation)\b[^.;]{0,60}"
    r"\b(?:genotyping (?:system|test|assay)|mutation (?:test|assay|kit))"
)


#: Words of which one of each group stands wherever a pattern holds: looked for first,
#: since a search for plain words is far cheaper.
_GENE_NAMES = """
genotyp pgx geno-typ pharmacogen pharmaco-gen gene-test metabolize metabolise
im/pm dna-test cyp ugt1a1 tpmt dpyd nudt15 vkorc1 slco1b1 il28b il-28b g6pd
mthfr fshr comt oprm1 nat2 abcb1 hla- adrb p2ry12 dbh cytochrome genomically
genomic-guided allele carriers zygotes
"""
_GENE_WORDS = tuple(_GENE_NAMES.split())
#: The same, said so widely that words of a choice have to stand there too.
_WIDE_WORDS = ("genetic", "gene test", "genomic approach", "genomic guided")
_CHOICE_WORDS = (
    *("guid", "based", "according", "basis", "adjust", "tailor", "test", "profile"),
    *("depending", "approach", "consider", "driven", "directed", "adapt", "inform"),
    *("individual", "selected", "particular", "certain", "specific", "using"),
)
_UMBRELLA_NAMES = """
umbrella lung-map lungmap molecular genom biomarker mutation expression mrna
her2 her-2 egfr ras braf alk pd-l1 dna driven matched
"""
_UMBRELLA_WORDS = (*_UMBRELLA_NAMES.split(), "master protocol")
_BASIS_WORDS = (
    *("umbrella", "lung-map", "master protocol", "biomarker-driven", "based on"),
    *("according to", "basis of", "basis on", "guided", "matched", "depending on"),
    *("directed", "driven", "treated with", "to assign", "to select", "to direct"),
    *("based of",),
)


def find_pharmacogenetics(document: Document) -> list[Evidence]:
    """Return where a germline genotype decides dose, treatment, arm or entry."""
    found: list[Evidence] = []
    if not document.has((*_WIDE_WORDS, *_GENE_WORDS)):
        return found
    for line in (*document.titles, *document.body):
        wide = line.has(_WIDE_WORDS, _CHOICE_WORDS)
        if not wide and not line.has(_GENE_WORDS):
            continue
        here = list(_first(line, _GUIDED))
        if not here:
            continue
        if line.is_of_pathogen and not re.search(_PGX_GENE, line.text, re.IGNORECASE):
            continue
        if not line.is_title and (
            _ONLY_LOOKS.search(line.text) or BACKGROUND.search(line.text)
        ):
            continue
        found += here
    return found


def find_stratified_randomisation(document: Document) -> list[Evidence]:
    """Return where randomisation is stratified by a molecular result of the patient."""
    if not any(word in document.lower for word in _RANDOM_WORDS):
        return []
    found: list[Evidence] = []
    for line in (*document.titles, *document.body):
        if line.has(("randomi",), _DRAWN_WORDS):
            found += _first(line, (_DRAWN_BY,))
    for line in document.body:
        if "stratif" not in line.lower:
            continue
        for match in _STRATIFIED.finditer(line.text):
            stratum = _STRATUM.search(match[0])
            if stratum is None or _ANALYSIS.search(line.text[: match.start()]):
                continue
            if _TO_START.match(line.text[match.start() + stratum.end() :]):
                continue
            of_pathogen = line.is_of_pathogen or any(
                title.is_of_pathogen for title in document.titles
            )
            if MARKER.search(match[0]) or not of_pathogen:
                found.append(line.cite(match.start(), match.start() + stratum.end()))
    return found


def find_umbrella(document: Document) -> list[Evidence]:
    """Return where one kind of disease gets treatments by molecular result."""
    found: list[Evidence] = []
    if not document.has(_UMBRELLA_WORDS):
        return _find_halves(document)
    for line in (*document.titles, *document.body):
        if not line.has(_UMBRELLA_WORDS, _BASIS_WORDS):
            continue
        if _NOT_UMBRELLA.search(line.text) or line.is_of_pathogen:
            continue
        looks = BACKGROUND.search(line.text) or _ONLY_LOOKS.search(line.text)
        if looks and not line.is_title:
            continue
        found += [
            one
            for one in _first(line, _UMBRELLA)
            if "iomarker" not in document.read(one) or _CANCER.search(document.whole)
        ]
    return found or _find_halves(document)


_CANCER = re.compile(
    r"(?i)\b(?:cancer|tumou?r|carcinoma|leuk|lymphoma|melanoma|myeloma|glio)"
)
#: What a sentence says of an arm of treatment.
_ARM = re.compile(
    r"(?i)\b(?:will|were|are|is)(?: then)? (?:receive|be treated with|treated with|be"
    r" given"
    r"|(?:be )?randomi[sz]ed (?:to|between)|(?:be )?assigned to)\b|\breceives? "
)
_PRESENT = re.compile(
    r"(?i)pos|mutat|mutant|ampl|over|rearr|fusion|high|\(?\+|methylated"
)
_ABSENT = re.compile(r"(?i)neg|wild|wt|low|unmeth|intact")


def _find_halves(document: Document) -> list[Evidence]:
    """Return where both results of one marker have arms of treatment of their own."""
    seen: dict[tuple[str, bool], Evidence] = {}
    for line in document.body:
        if not line.has(("receive", "treated", "random", "assigned", "given")):
            continue
        if line.is_of_pathogen or not _ARM.search(line.text):
            continue
        own: dict[str, set[bool]] = {}
        for one in line.mentions:
            marker = re.sub(r"[\W_]", "", one.marker.lower())
            if _ABSENT.match(one.result) or _PRESENT.match(one.result):
                is_present = not _ABSENT.match(one.result)
                own.setdefault(marker, set()).add(is_present)
                here = line.cite(one.start, one.end)
                if len(own[marker]) == 1:
                    seen.setdefault((marker, is_present), here)
        for marker, halves in own.items():
            if len(halves) == 1 and (marker, not next(iter(halves))) in seen:
                return [seen[marker, False], seen[marker, True]]
    return []


_BASKET_WORDS = ("basket", "agnostic", "solid", "malignan", "cancers")


def find_basket(document: Document) -> list[Evidence]:
    """Return where one molecular result is treated in several kinds of tumour."""
    found: list[Evidence] = []
    if not document.has(_BASKET_WORDS):
        return found
    for line in (*document.titles, *document.body):
        if not line.has(_BASKET_WORDS):
            continue
        found += _first(line, _BASKET)
        if line.is_of_pathogen or BACKGROUND.search(line.text):
            continue
        for mention in line.mentions:
            after, before = line.text[mention.end :], line.text[: mention.start]
            many = _MANY_TUMOURS.match(after) or _TUMOURS_BEFORE.search(before)
            if _ONE_KIND.match(mention.marker):
                continue
            both = re.search(r"(?i)wild[- ]type and", line.text)
            selects = SELECTS.match(mention.result) or (
                mention.result == "expression" and before.lower().endswith("with ")
            )
            if many and not both and selects:
                found.append(line.cite(mention.start, mention.end))
    return found


def find_companion(document: Document) -> list[Evidence]:
    """Return where a test that selects patients for a medicine is studied with it."""
    words = ("companion", "complementary", "diagnos", "ivd", "genotyping", "mutation")
    if not document.has(words):
        return []
    lines = [x for x in (*document.titles, *document.body) if x.has(words)]
    found = [one for line in lines for one in _first(line, (_COMPANION,))]
    named = ("ompanion", "omplementary")
    return [
        one
        for one in found
        if any(word in document.read(one) for word in named)
        or _MEDICINE.search(document.whole)
    ]


def _first(line: Line, patterns: tuple[re.Pattern[str], ...]) -> Iterator[Evidence]:
    """Yield where the first of several patterns stands in a sentence."""
    for pattern in patterns:
        match = pattern.search(line.text)
        if match is not None:
            yield line.cite(match.start(), match.end())
            return
