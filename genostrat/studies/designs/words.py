"""Words by which records say how a study is designed, one pattern a purpose."""

from __future__ import annotations

import re

#: Results that select patients; `status` and `genotype` alone select nobody.
SELECTS = re.compile(
    r"^(?:self|pos|neg|mutat|mutant|wild|wt|over|express(?:ing|ed)|amplif|re-?arrang|transloc"
    r"|fusion|delet|loss|deficien|instab|alter|aberr|dysreg|carrier|unmeth|methylated|intact"
    r"|high|low|t790|v600|exon|\(?\+)"
)
WHO = (
    r"(?:patients?|subjects?|participants?|wom[ae]n|m[ae]n|individuals?|people|persons?"
    r"|adults?|children|adolescents?|volunteers?|females?|males?|carriers?|those|population"
    r"|recipients?|survivors?|cases|smokers|pts)"
)
DISEASE = (
    r"(?:cancers?|carcinomas?|adenocarcinomas?|tumou?rs?|neoplasms?|malignanc\w+|melanoma"
    r"|leuk[a]?emias?|lymphomas?|myeloma|glio\w+|sarcomas?|nsclc|mbc|mcrc|crc|gist|disease"
    r"|fibrosis|syndrome|metasta\w+|mesothelioma|neuroblastoma|asthma|cardiomyopathy|mastocytosis"
    r"|breast|gastric|lung|ovarian|colorectal|prostate|gastroesophageal|gej|hypercalc\w+)"
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
    r"|\b(?:purpose|objectives?|aims?|goal|hypothes[ie]s|eligib\w+|inclusion|enrol\w*|recruit\w*"
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
    r"|\b(?:efficacy|safety|tolerability) (?:and \w+ )?of\b|\bpart [12]\b|\bcohort \w\b"
)
#: A sentence that reports what is known.
BACKGROUND = re.compile(
    r"(?i)\b(?:ha(?:s|ve) (?:been |also )?(?:shown|demonstrated|reported|suggested"
    r"|approved"
    r"|proven|become|emerged|revealed|developed|recently)|was (?:approved|shown"
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
    r"|analy[sz]ing|methodolog\w+|differences|signatures?|specimens?|blocks?|subset|subgroups?|secondary|tertiary|optional)\b"
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
    r"|case[- ]control"
    r"|cross[- ]sectional|registry|natural history|surveillance|diagnostic accuracy)"
    r"[ ,](?:[\w-]+[ ,]+){0,5}?(?:study|cohort|trial|analysis|program\w*|design)"
    r"|(?:an?|this|our) (?:\w+ ){0,2}(?:observational|retrospective"
    r"|non-?interventional)"
    r"|post-?marketing surveillance|would retrospectively|retrospectively test"
    r"|studying (?:dna|blood|tissue)|non-?interventional|previously collected"
    r"|real[- ](?:life|world)"
    r"|research study is (?:looking at|studying) (?:\w+ ){0,3}(?:risk|samples|tissue)"
    r"|prediction of response|mutation carriers? \(cases\))\b"
)
TREATS = re.compile(
    r"(?i)\b(?:treat\w*|therap\w+|efficacy|dos(?:e|es|ing|age)|chemotherap\w+|vaccin\w*|inhibitors?"
    r"|radiotherapy|surgery|infusion|mg|administ\w+|supplement\w*|receive[sd]?|placebo)\b"
)

#: Titles that speak of a marker and select nobody.
TITLE_OTHER = re.compile(
    r"(?i)\b(?:effects? of|impact of|influence of|detection of|prevalence|emergence of"
    r"|predict\w*|prognos\w*|biomarkers?|expression (?:of|in|profil\w*)|polymorphisms?"
    r"|haploinsufficiency|screening for|association|testing|counsel\w*|incidence"
    r"|receptor (?:antagonist"
    r"|agonist|blocker|modulator|imaging|inhibitor))\b"
)
