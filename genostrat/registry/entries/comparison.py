"""Tables of the strata stage that compare strata with other partitions."""

from genostrat.registry.spec import Column, Table
from genostrat.registry.words import centres
from genostrat.registry.words import every as words

COMPARISON: tuple[Table, ...] = (
    Table(
        "strata/replication.tsv",
        "Whether the strata are there at a centre that took no part in finding them;"
        " without rows where there is no column `centre`, or only one centre.",
        (
            Column(
                "teacher",
                "text",
                "Who found them: all others, or one centre alone.",
            ),
            Column("centre", "text", "The centre that is looked at."),
            Column("stratum", "text", "Stratum, named as in the cohort."),
            Column("n_patients", "int", "Of the centre.", low=0, unit="patients"),
            Column(
                "n_stratum",
                "int",
                "Of these nearest to the stratum; blank where nothing was tested.",
                low=0,
                unit="patients",
                blank=True,
            ),
            Column(
                "in_group",
                "float",
                "Share of them whose nearest neighbour is in it too.",
                low=0,
                high=1,
                blank=True,
            ),
            Column(
                "p_turned",
                "float",
                "Whether they lie as near to strata turned elsewhere.",
                low=0,
                high=1,
                blank=True,
            ),
            Column(
                "p_one_cloud",
                "float",
                "Whether patients without groups would lie as near.",
                low=0,
                high=1,
                blank=True,
            ),
            Column(
                "ari_own",
                "float",
                "Agreement of the placing with the centre's own groups of that number.",
                low=-1,
                high=1,
                blank=True,
            ),
            Column(
                "verdict", "text", "Of the stratum there.", values=centres.REPLICATIONS
            ),
            Column("reason", "text", "Why not, or why not testable.", blank=True),
        ),
        key=("teacher", "centre", "stratum"),
        access="centre",
        needs="layers",
    ),
    Table(
        "strata/partitions.tsv",
        "How patients were divided: by the strata, by other choices of algorithm, layer"
        " and fusion at the same number of groups, and by the labels of the sheet."
        " After the named columns one for each, called by its kind: `algorithm:ward`,"
        " `layer:expression`, `fusion:snf`, `label:PAM50`. Groups are C1 (the largest),"
        " C2 …; blank for patients that took no part.",
        (
            Column("sample_id", "text", "Every patient of the sheet."),
            Column(
                "strata",
                "text",
                "Stratum, also of ambiguous patients; when no strata were found, the"
                " group of the best partition that was tried (C1, C2 …). Blank for"
                " patients without one.",
                blank=True,
            ),
            Column(
                "<kind>:<name>",
                "text",
                "Group by another algorithm, layer, fusion or label.",
                blank=True,
            ),
        ),
        key=("sample_id",),
        needs="layers",
    ),
    Table(
        "strata/agreement.tsv",
        "Agreement of the strata with what other choices give, and with labels known"
        " before; every two columns of partitions.tsv.",
        (
            Column(
                "partition_1",
                "text",
                "Column of partitions.tsv: strata comes first, then algorithms, layers,"
                " fusions and labels.",
            ),
            Column("partition_2", "text", "A later column."),
            Column(
                "kind_1",
                "text",
                "strata; algorithm; layer (that layer alone, among the patients it"
                " measured); fusion (another way of fusing layers); label (column of"
                " the sheet).",
                values=words.PARTITION_KINDS,
            ),
            Column("kind_2", "text", "Likewise.", values=words.PARTITION_KINDS),
            Column("n", "int", "Patients that both divide.", low=0, unit="patients"),
            Column(
                "k_1", "int", "Groups of partition_1 among them.", low=0, unit="groups"
            ),
            Column(
                "k_2", "int", "Groups of partition_2 among them.", low=0, unit="groups"
            ),
            Column(
                "ari",
                "float",
                "Adjusted Rand index: 0 by chance, 1 identical. Blank with fewer than"
                " two patients.",
                high=1,
                blank=True,
            ),
            Column(
                "ami",
                "float",
                "Adjusted mutual information: likewise.",
                high=1,
                blank=True,
            ),
        ),
        key=("partition_1", "partition_2"),
        access="centre",
        needs="layers",
    ),
    Table(
        "strata/label_counts.tsv",
        "Patients by level of each label and stratum; combinations that occur. Small"
        " cells are not suppressed.",
        (
            Column("label", "text", "Column of the sheet."),
            Column("level", "text", "Its value."),
            Column("stratum", "text", "As column strata of partitions.tsv."),
            Column("n", "int", "Patients with both.", low=1, unit="patients"),
        ),
        key=("label", "level", "stratum"),
        access="centre",
        needs="layers",
    ),
)
