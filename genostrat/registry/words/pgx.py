"""Words of pharmacogenes and guidance."""

CALL_STATUSES = ("called", "ambiguous", "not_called")
#: What a file tells of the reads that its genotypes rest on.
READ_EVIDENCE = ("both", "depth", "quality", "neither")
CALL_MATCHES = ("exact", "combination", "partial", "outside")
#: What guidance asks for, most pressing first.
GUIDANCE_CATEGORIES = ("avoid", "change_dose", "monitor", "standard", "no_guidance")
#: How strongly a body recommends. CPIC: strong, moderate, optional, none (it makes no
#: recommendation). label: product information or a regulator. ungraded: the body does
#: not grade (DPWG).
GUIDANCE_STRENGTHS = ("strong", "moderate", "optional", "none", "label", "ungraded")
MEDICINE_STATUSES = ("matched", "no_pgx_guidance", "unknown")
FREQUENCY_KINDS = (
    "allele",
    "phenotype",
    "status",
    "actionable",
    "possibly_actionable",
    "actionable_on_medication",
    "possibly_actionable_on_medication",
    "too_few",
)

#: Tools whose calls are read, as the config names their forms.
OUTSIDE_FORMATS = (
    *("pharmcat", "pypgx", "cyrius", "aldy", "starphase"),
    *("stellarpgx", "optitype", "arcashla"),
)
