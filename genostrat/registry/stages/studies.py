"""Files of trial records, stratified designs and who fits them."""

from genostrat.registry.spec import Column, Table
from genostrat.registry.words import studies as words

_STUDY = Column("study_id", "text", "Identifier in its register.")
_REGISTER = Column(
    "register", "text", "Register that it is from.", values=words.REGISTERS
)
_DAY = "as YYYY-MM-DD; blank where unknown."


def _day(name: str, what: str) -> Column:
    return Column(name, "text", f"{what}, {_DAY}", blank=True)


def _text(name: str, what: str) -> Column:
    return Column(name, "text", what, blank=True)


def _count(
    name: str, what: str, *, unit: str = "patients", blank: bool = True
) -> Column:
    return Column(name, "int", what, low=0, unit=unit, blank=blank)


_STATUS = Column(
    "status",
    "text",
    "Where the study stands; blank where the register does not say it in words that are"
    " understood.",
    values=words.STATUSES,
    blank=True,
)
_SPAN = (
    Column("field", "text", "Field of the record that it stands in."),
    Column("start", "int", "First character there, from 0.", low=0, unit="characters"),
    Column("end", "int", "Behind the last one.", low=0, unit="characters"),
)
_MATCH = Column(
    "status",
    "text",
    "eligible: every criterion is met; not: one is not met; undetermined: none is known"
    " not to be met, and at least one is unknown.",
    values=words.MATCHES,
)
_RESEARCH = "A match is a reason to look, and no decision on care."

TABLES: tuple[Table, ...] = (
    Table(
        "studies/records.sqlite",
        "Every version of every trial record that was ever read, in an SQLite database:"
        " tables `snapshot`, `version`, `seen` and `change`. It outlives a run.",
        access="shareable",
        needs="studies",
    ),
    Table(
        "studies/reading.json",
        "What was read: files, records, what changed since the reading before, and what"
        " could not be read.",
        (
            Column("n_files", "int", "Files of records.", low=0),
            Column("n_records", "int", "Records, an identifier once.", low=0),
            Column("n_ctml", "int", "Trials that were curated in CTML.", low=0),
            Column("registers", "record", "Register → records."),
            Column("snapshot", "int", "Number of this reading in the store.", low=1),
            _text("as_of", f"Day that it is of, {_DAY}"),
            Column(
                "changes",
                "record",
                "What records did since the last reading → how many.",
            ),
            Column(
                "n_findings", "int", "What is to be said of files and records.", low=0
            ),
            Column("findings_by_kind", "record", "Kind → how many."),
            Column(
                "findings",
                "list",
                "The first 1000: `file`, `line`, `study_id`, `what`, `fix`.",
            ),
        ),
        access="centre",
        needs="studies",
    ),
    Table(
        "studies/records.tsv",
        "The records of the last reading, a row each.",
        (
            _STUDY,
            _REGISTER,
            _text(
                "same_as",
                "Identifier of another register's record of the same study, which "
                "counts in its place.",
            ),
            _text("title", "Title."),
            _STATUS,
            _text("phase", "In digits; `1/2` is both."),
            _text("kind", "Interventional, observational, as the register says."),
            Column(
                "specialty",
                "text",
                "By words of conditions and title; `other` where there are none.",
            ),
            _text("countries", "Joined by `|`."),
            _text("conditions", "As the register names them, joined by `|`."),
            _day("first_posted", "First posted"),
            _day("updated", "Last updated; of registers that do not say it, read"),
            _day("start", "Start"),
            _day("end", "Primary completion, or end of recruitment"),
            _count("target", "Participants that are planned.", unit="participants"),
            _count(
                "enrolled", "Participants that were recruited.", unit="participants"
            ),
            Column("n_versions", "int", "Versions in the store.", low=1),
            Column(
                "has_criteria",
                "bool",
                "Whether it has eligibility criteria in a field of their own.",
            ),
        ),
        key=("register", "study_id"),
        access="shareable",
        needs="studies",
    ),
    Table(
        "studies/changes.tsv",
        "What the last reading says against the one before. At the first, all are new.",
        (
            _STUDY,
            _REGISTER,
            Column(
                "what",
                "text",
                "new; changed; closed (it took patients, or was to, and no longer "
                "does); reopened; gone (not among the records); back.",
                values=words.CHANGES,
            ),
            _text("before", "Status before."),
            _text("after", "Status now."),
        ),
        key=("register", "study_id", "what"),
        access="shareable",
        needs="studies",
    ),
    Table(
        "studies/designs.tsv",
        "Labels of stratified designs, each with the words by which it was recognised."
        " What stands here was read by rules, not by people.",
        (
            _STUDY,
            _REGISTER,
            Column("label", "text", "See docs/studies.md.", values=words.LABELS),
            *_SPAN,
            Column("evidence", "text", "The words there, at most 300 characters."),
            Column("n_evidence", "int", "Places of the record that say so.", low=1),
        ),
        key=("register", "study_id", "label"),
        access="shareable",
        needs="studies",
    ),
    Table(
        "studies/criteria.tsv",
        "Criteria of the studies that patients are held against, understood or not.",
        (
            _STUDY,
            _REGISTER,
            Column("number", "int", "From 1.", low=1),
            Column(
                "side",
                "text",
                "Whether patients must meet it, or must not.",
                values=words.SIDES,
            ),
            Column(
                "grasp",
                "text",
                "whole; part: what is left is unknown, so nobody meets it for sure; "
                "none: unknown for everybody.",
                values=words.GRASPS,
            ),
            _text("kinds", "What is asked about, joined by `|`."),
            _text("questions", "The questions that were understood, joined by ` | `."),
            _text("text", "As it is written, at most 300 characters."),
            *_SPAN,
        ),
        key=("register", "study_id", "number"),
        access="shareable",
        needs="studies",
    ),
    Table(
        "studies/ctml.json",
        "The same studies in CTML, for MatchMiner: what CTML can say, and in"
        " `curation_todo` the text of the rest. To be curated before it is used.",
        (
            Column("protocol_no", "text", "Identifier of the study."),
            Column("long_title", "text", "Title."),
            Column("status", "text", "In MatchMiner's words."),
            Column("treatment_list", "record", "Steps with match clauses."),
            Column("curation_todo", "list", "Criteria that the clauses do not hold."),
        ),
        access="shareable",
        needs="studies",
    ),
    Table(
        "studies/growth.tsv",
        "Studies by the quarter in which they were first posted.",
        (
            Column("grouping", "text", "What is counted by.", values=words.GROUPINGS),
            Column("group", "text", "The label, specialty, country, region or phase."),
            _text("quarter", "As `2024-Q2`; blank where no day is known."),
            Column("n_studies", "int", "Studies.", low=0),
            Column("n_stratified", "int", "Those of a stratified design.", low=0),
        ),
        key=("grouping", "group", "quarter"),
        access="shareable",
        needs="studies",
    ),
    Table(
        "studies/slips.tsv",
        "What slipped between versions of a record, and recruitment behind its plan.",
        (
            _STUDY,
            _REGISTER,
            Column(
                "what",
                "text",
                "start, end, target: changed between versions; recruitment: below four "
                "fifths of an even plan.",
                values=words.SLIPS,
            ),
            Column("reading", "int", "Number of the reading that says so.", low=1),
            Column("as_of", "text", "Its day.", blank=True),
            Column(
                "before",
                "text",
                "Before; of recruitment, what the plan has by that day.",
            ),
            Column("after", "text", "After; of recruitment, participants."),
            Column(
                "slip_days",
                "int",
                "Days later; negative if earlier.",
                unit="days",
                blank=True,
            ),
        ),
        key=("register", "study_id", "what", "reading"),
        access="shareable",
        needs="studies",
    ),
    Table(
        "studies/feed.json",
        "Stratified studies that are new or open again, and who is told of them.",
        (
            Column("study_id", "text", "Identifier in its register."),
            Column("register", "text", "Register."),
            Column("title", "text", "Title."),
            Column("what", "text", "new, reopened or back."),
            Column("status", "text", "Where it stands."),
            Column("labels", "list", "Of its design."),
            Column("evidence", "text", "Words by which the design was recognised."),
            Column("specialty", "text", "Specialty."),
            Column("phase", "text", "In digits."),
            Column("countries", "list", "Countries."),
            Column("first_posted", "text", f"Day, {_DAY}"),
            Column(
                "champions", "list", "`name` and `contact` of those of the specialty."
            ),
        ),
        access="centre",
        needs="studies",
    ),
    Table(
        "studies/portfolio.html",
        "The portfolio as a page: growth, kinds, specialties, what is new, and a table"
        " that can be searched and sorted.",
        access="shareable",
        needs="studies",
    ),
    Table(
        "studies/lay/<study>.html",
        "What a study is about and whom it asks for, in plain words.",
        access="shareable",
        needs="studies",
    ),
    Table(
        "studies/matches.tsv",
        f"Every patient against every study, with what decides. {_RESEARCH}",
        (
            Column("sample_id", "text", "Identifier, as in the sheet."),
            _STUDY,
            _REGISTER,
            _MATCH,
            Column(
                "criterion",
                "int",
                "Number of the criterion that decides: the first that is not met, else "
                "the first that is unknown. Blank where all are met.",
                low=1,
                blank=True,
            ),
            Column(
                "side", "text", "Of that criterion.", values=words.SIDES, blank=True
            ),
            _text(
                "question", "What was asked there; `not understood` where nothing was."
            ),
            _text("text", "The criterion as it is written."),
            _count(
                "n_unknown", "Criteria that are unknown.", unit="criteria", blank=False
            ),
        ),
        key=("sample_id", "register", "study_id"),
        access="patient",
        needs="studies",
    ),
    Table(
        "studies/volunteers.tsv",
        "For each study, the patients whose sheet gives consent to contact and who are"
        f" eligible or undetermined. {_RESEARCH}",
        (
            _STUDY,
            _REGISTER,
            Column("sample_id", "text", "Identifier, as in the sheet."),
            _MATCH,
            _count(
                "n_unknown", "Criteria to be asked about.", unit="criteria", blank=False
            ),
        ),
        key=("register", "study_id", "sample_id"),
        access="patient",
        needs="studies",
    ),
    Table(
        "studies/counts.tsv",
        "Counts for a network. Those below `studies.min_count` are suppressed together"
        " with what they could be worked out from; the others are rounded down to"
        " multiples of 5, and shares are made of rounded counts.",
        (
            _STUDY,
            _REGISTER,
            Column("centre", "text", "Centre, or `all`."),
            _count("n_patients", "Patients of the centre, rounded."),
            _count("n_eligible", "Eligible; blank where suppressed."),
            _count("n_undetermined", "Undetermined; blank where suppressed."),
            _count("n_not", "Not eligible; blank where suppressed."),
            Column("suppressed", "bool", "Whether a count of the row is suppressed."),
            Column(
                "share_eligible",
                "float",
                "Share of patients who are eligible.",
                low=0,
                high=1,
                blank=True,
            ),
            Column(
                "share_low",
                "float",
                "Lower limit of its interval of 95 % (Wilson).",
                low=0,
                high=1,
                blank=True,
            ),
            Column("share_high", "float", "Upper limit.", low=0, high=1, blank=True),
            Column(
                "to_screen",
                "float",
                "Patients to screen for one who is eligible.",
                low=1,
                blank=True,
            ),
            Column(
                "to_screen_low",
                "float",
                "Lower limit of its interval.",
                low=1,
                blank=True,
            ),
            Column("to_screen_high", "float", "Upper limit.", low=1, blank=True),
        ),
        key=("register", "study_id", "centre"),
        access="shareable",
        needs="studies",
    ),
    Table(
        "studies/matches.html",
        "Counts of who fits which study, as a page without patients.",
        access="shareable",
        needs="studies",
    ),
)
