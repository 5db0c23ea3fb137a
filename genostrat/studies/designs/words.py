"""Words by which records say how a study is designed, one pattern a purpose."""

from __future__ import annotations

import re

#: Results that select patients; `status` and `genotype` alone select nobody.
SELECTS = re.compile(
    r"^(?:self|pos|neg|mutat|mutant|wild|wt|over|express(?:ing|ed|es)?$|amplif"
    r"|re-?arrang|transloc"
    r"|fusion|delet|loss|deficien|instab|stable|profic|plus|alter|aberr|dysreg|carrier"
    r"|carrying|unmeth|(?:hyper-?)?methylated|activating|intact"
    r"|high|low|t790|v600|exon|\(?\+)"
)
WHO = (
    r"(?:patients?|subjects?|participants?|wom[ae]n|m[ae]n|individuals?|people|persons?"
    r"|adults?|children|adolescents?|volunteers?|females?|males?|carriers?|those"
    r"|population"
    r"|recipients?|survivors?|cases|smokers|pts)"
)
DISEASE = (
    r"(?:cancers?|carcinomas?|adenocarcinomas?|tumou?rs?|neoplasms?|malignanc\w+"
    r"|melanoma"
    r"|leuk[a]?emias?|lymphomas?|myeloma|glio\w+|sarcomas?|nsclc|mbc|mcrc|crc|gist"
    r"|disease"
    r"|fibrosis|syndrome|metasta\w+|mesothelioma|neuroblastoma|asthma|cardiomyopathy"
    r"|mastocytosis"
    r"|breast|gastric|lung|ovarian|colorectal|prostate|gastroesophageal|gej"
    r"|hypercalc\w+)"
)
#: Before a mention: the people whom it describes.
WHO_BEFORE = re.compile(
    rf"(?i)\b{WHO}\b(?:(?![.;]|\b(?:will|were|was|received?|compared)\b).){{0,140}}$"
)
#: Before a mention: what is treated, of which it is a property.
OF_BEFORE = re.compile(
    rf"(?i)\b{DISEASE}\b(?:(?![.;]|\b(?:will|were|was|is|are)\b).){{0,80}}$"
)
#: After a mention: people or a disease that it is a property of.
AFTER = re.compile(rf"(?i)^[\s),]*(?:[\w/+()-]+[ ,]+){{0,6}}?(?:{DISEASE}|{WHO})\b")

#: A sentence that says what this study does.
INTENT = re.compile(
    r"(?i)\b(?:this|the|our|present|proposed|current) (?:\w+[ -]){0,5}?(?:study|trial"
    r"|protocol)"
    r"|\b(?:purpose|objectives?|aims?|goal|hypothes[ie]s|eligib\w+|inclusion|enrol\w*"
    r"|recruit\w*"
    r"|entered|accru\w+|included|must|required?|confirmed|candidates?|population)\b"
    r"|\bto (?:evaluate|determine|assess|investigate|compare|examine|study|test"
    r"|estimate"
    r"|explore|establish|observe|define|describe|provide|see how|find out"
    r"|characteri[sz]e"
    r"|collect|measure|demonstrate|confirm|identify)\b"
    r"|\b(?:evaluat(?:e[sd]?|ing)|studying|investigat(?:es?|ing)|compar(?:es?|ing|ison)"
    r"|explor(?:es?|ing)|assess(?:es|ing)|determine|designed)\b"
    r"|\b(?:is|are) being (?:tested|studied|investigated|evaluated)\b|\bwho are "
    r"considered for\b"
    r"|\bin (?:patients|subjects|women|men|participants|those) with "
    r"[^.;]{0,120}\b(?:treated with|receiving)\b"
    r"|\bphase (?:[1-4]|i{1,3}|iv|ib|ii?a|ii?b)\b|\bin treating\b|:\s*-?\s*(?:evaluate"
    r"|assess|determine|compare|test|measure)\b"
    r"|\bpropose[sd]? to\b|\bstudy including\b|\benriched (?:with|for)\b"
    r"|\brandomi[sz]ed?\b"
    r"|\bwill (?:be )?(?:treated|receive|studied|study)\b|\bperforming\b"
    r"|\b(?:are|were|was) (?:selected|chosen|screened|recruited|studied)\b"
    r"|\b(?:efficacy|safety|tolerability) (?:and \w+ )?of\b|\bpart [12]\b|\bcohort \w\b"
)
#: A sentence that reports what is known.
BACKGROUND = re.compile(
    r"(?i)\b(?:ha(?:s|ve) (?:been |also )?(?:shown|demonstrated|reported|suggested"
    r"|approved"
    r"|proven|become|emerged|revealed|developed|recently)|many data|several (?:\w+"
    r" )?trials|was (?:approved|shown"
    r"|reported)"
    r"|(?:were|was) (?:observed|found|seen)|previous(?:ly)? (?:stud|report|shown)\w*"
    r"|studies (?:have|show)|data (?:suggest|show|from)|it is (?:known|well|estimated)"
    r"|are (?:found|more|often)|occurs? in|account(?:s|ed)? for|represent(?:s|ing)?\b"
    r"|approximately \d+ ?%|about \d+ ?%|\d+ ?% of|prognosis|prevalence of|incidence of"
    r"|half of|is associated with|are associated with|associated with (?:a |an "
    r")?(?:poor|better"
    r"|worse|increased|high|resist|respon)|mechanisms? of|is a (?:receptor|protein|gene"
    r"|member|key)"
    r"|encod\w+|belongs? to|preclinical|xenografts?|rapidly growing|in vitro|mice|mouse"
    r"|cell lines?|et al"
    r"|first[- ]line (?:treatment )?(?:for|of|in)"
    r"|is (?:now |currently )?(?:the |an? )?(?:standard|approved|effective|recommended"
    r"|known)"
    r"|(?:has|have) been (?:seen|observed|associated|identified|described)"
    r"|under ?way\b|being developed"
    r"|one study|responsible (?:for|of)|discovered|lead to the|these results"
    r"|despite|although|nevertheless|however|recently|rationale|(?<!no )evidence "
    r"(?:that|of|for)|suggest(?:s"
    r"|ed|ing)?)\b"
)
#: A sentence that says outright what this study is: it may speak of what is known too.
SAYS = re.compile(
    r"(?i)\b(?:this|(?:the|our) (?:present|current|proposed)|our) (?:\([^)]*\) )?"
    r"(?:[\w/,.-]+ ){0,9}?(?:study|trial|protocol)\b(?! (?:drug|medication))[^.;]{0,40}"
    r"\b(?:is|are|will|aims?|evaluates?|compares?|studies|assesses|investigates?"
    r"|enroll?s?|includes?|tests?|examines?|was|started|plans|seeks|recruits)\b"
    r"|\b(?:purpose|objectives?|aims?|goals?)\b[^.;]{0,60}\b(?:is|are|was|to)\b"
    r"|\bto (?:determine|assess|evaluate|compare|estimate) (?:the )?(?:\w+ ){0,3}"
    r"(?:efficacy|safety|activity|response|survival|tolerability)\b"
)
#: People of a genotype who take part, and those of whom something is only asked.
TAKES_PART = re.compile(
    r"(?i)\b(?:enroll?\w*|recruit\w*|includ\w*|eligib\w*|select\w*|invit\w*"
    r"|(?:will be|were|are) (?:studied|treated|randomi[sz]ed|screened)|consist\w*)\b"
)
ONLY_ASKED = re.compile(
    r"(?i)\b(?:whether|if|hypothes\w+|than|compared|respond\w*|risk|react\w*|incidence"
    r"|severity|showed|shown|results?|subsequent|capped)\b"
)
#: A sentence that looks for an association and selects nobody.
CORRELATION = re.compile(
    r"(?i)\b(?:correlat\w+|associat(?:e|ion|ions) (?:between|of|with)|relationships?"
    r"|relation between"
    r"|predictive (?:value|role|marker)|translational|frequenc(?:y|ies)|prevalence"
    r"|expression"
    r" (?:levels?|profiles?)|(?:will be|are|is) (?:analy[sz]ed|assessed|measured"
    r"|examined|evaluated"
    r"|tested|genotyped|determined)(?: for| by)|analysis of|analys[ei]s by|emergence"
    r"|polymorphisms? (?:of|in)"
    r"|levels? of|explor(?:e|atory)|exploratory|biomarkers? of|pharmacodynamic"
    r"|detect(?:ion)? of"
    r"|impact of|effect of \w+ (?:genotype|polymorphism)|risk of|samples?"
    r"|analy[sz]ing|methodolog\w+|differences|signatures?|specimens?|blocks?|subset"
    r"|subgroups?|secondary|tertiary|optional)\b"
)
#: What a study measures in all its patients: such a sentence selects, whatever else it
#: looks for.
MEASURES = re.compile(
    r"(?i)\b(?:activity|efficacy|safety|tolerability|effectiveness|(?:response"
    r"|survival) rates?|benefits?"
    r"|toxicity|maximum tolerated dose|(?:pathologic\w* )?complete response|survival"
    r"|treatment"
    r"|effect) (?:(?:and|or|\() ?\w+\)? )?(?:of|with|in|for)\b"
)
#: A record that watches care and gives none.
OBSERVES = re.compile(
    r"(?i)\b(?:(?:observational|retrospective|non-?interventional|epidemiolog\w+"
    r"|case[- ]control|cross[- ]sectional|natural history|surveillance"
    r"|diagnostic accuracy)"
    r"[ ,](?:[\w-]+[ ,]+){0,5}?(?:study|cohort|trial|program\w*|design)"
    r"|(?:an?|this) (?:\w+ ){0,2}(?:observational|retrospective|non-?interventional)"
    r"|post-?marketing surveillance|would retrospectively|retrospectively test"
    r"|studying (?:dna|blood|tissue)|non-?interventional|previously collected"
    r"|research study is (?:looking at|studying) (?:\w+ ){0,3}(?:risk|samples|tissue)"
    r"|prediction of response|mutation carriers? \(cases\))\b"
)
#: The same, where nothing says that a treatment is given by the study.
LOOKS_BACK = re.compile(
    r"(?i)\b(?:retrospective|real[- ](?:life|world)|registry|cohort study|survey"
    r"|linkage"
    r"|recruited as controls|biopsies and serum|consecutive (?:\w+ )?patients)\b"
)
#: Titles of studies that give no treatment, whatever else they say.
TITLE_NO_TREATMENT = re.compile(
    r"(?i)\b(?:usefulness|detection|counsel+ing|coordination|registry|prevalence"
    r"|epidemiolog\w+|genetic (?:analysis|study)|questionnaire|screening|mutations in"
    r"|quality of life|cost\w*|diagnos(?:is|tic)|knowledge|decision)\b"
)
TITLE_THERAPY = re.compile(
    r"(?i)\b(?:plus|versus|vs|combin\w+|treat\w*|therap\w+|efficacy|phase|in patients"
    r"|\w+(?:mab|nib|ciclib|parib|platin|taxel)|adjuvant|neoadjuvant|inhibitor)\b"
)
#: A study that gives a treatment.
GIVES = re.compile(
    r"(?i)\b(?:ph(?:ase)?\.? ?(?:[1-4]|i{1,3}|iv|ib|ii?a|ii?b)(?:[/-]\w+)?\b"
    r"|randomi[sz]ed (?:to|trial|clinical|controlled|phase|study|double|open|in|into)"
    r"|randomly assigned|will (?:receive|be treated|be given|be administered)"
    r"|efficacy and safety|safety and efficacy|dose[- ]escalation|in treating"
    r"|maximum tolerated|open[- ]label|single[- ]arm|placebo)"
)
#: Titles of studies that look for something in patients who are treated anyway.
TITLE_LOOKS = re.compile(
    r"(?i)\b(?:genetic analysis|determinants?|predict\w*|prevalence|markers?"
    r"|biomarkers?"
    r"|resistance and|polymorphisms?|interaction|epidemiology|registry|survey|imaging"
    r"|identification of|profil\w+|monitoring|outcomes? of|patterns?|quality of life"
    r"|sequencing|role of|pathogenesis|genetics? (?:study|of))\b"
)
TREATS = re.compile(
    r"(?i)\b(?:safety|tolerab\w+|pharmacokinetics?|treat\w*|therap\w+|efficacy|dos(?:e"
    r"|es|ing|age)|chemotherap\w+|vaccin\w*|inhibitors?"
    r"|radiotherapy|surgery|infusion|mg|\w+(?:mab|nib|ciclib|parib|platin|taxel)"
    r"|administ\w+|supplement\w*|receive[sd]?|placebo)\b"
)

#: Titles that speak of a marker and select nobody.
TITLE_OTHER = re.compile(
    r"(?i)\b(?:(?:study|analysis) (?:on|of) \w+ (?:gene )?mutations"
    r"|role of|epidemiology|risk of carrying|gene alterations? and|effects? of|impact"
    r" of|influence of|detection of|prevalence|emergence of"
    r"|predict\w*|prognos\w*|biomarkers?|expression (?:of|in|profil\w*)|polymorphisms?"
    r"|haploinsufficiency|screening for|association|testing|counsel\w*|incidence"
    r"|receptor (?:antagonist"
    r"|agonist|blocker|modulator|imaging|inhibitor))\b"
)
