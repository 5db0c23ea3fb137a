"""What can be wrong with a record, and how to mend it."""

from __future__ import annotations

from genostrat.genotypes.kernels import fields as fields

#: What is wrong with a record, and what would be right, by the code of the kernel.
FAULTS = {
    fields.TOO_FEW_COLUMNS: (
        "a record has too few columns",
        "CHROM to FORMAT, then one column a sample, separated by tabs",
    ),
    fields.TOO_FEW_SAMPLES: (
        "a record has fewer sample columns than the header names",
        "one column for each sample",
    ),
    fields.TOO_MANY_SAMPLES: (
        "a record has more sample columns than the header names",
        "one column for each sample",
    ),
    fields.BAD_POSITION: ("a record has no valid POS", "a whole number from 0"),
    fields.UNSORTED: (
        "the records are not sorted: a position is lower than the one before",
        "positions that never go down within a contig",
    ),
    fields.BAD_QUALITY: ("a record has a QUAL that is no number", "a number, or a dot"),
    fields.BAD_GENOTYPE: (
        "a genotype is malformed",
        "allele numbers or dots, separated by / or |",
    ),
    fields.TOO_MANY_ALLELES: (
        "a genotype has more than two alleles",
        "haploid and diploid genotypes",
    ),
    fields.ALLELE_BEYOND_ALT: (
        "a genotype names an allele that ALT does not list",
        "numbers up to that of the last ALT allele",
    ),
    fields.BAD_NUMBER: (
        "a DP, GQ or AD is not a number",
        "numbers or dots, as the header declares",
    ),
    fields.TOO_MANY_FIELDS: (
        "a sample has more values than FORMAT has keys",
        "at most one value for each key, separated by colons",
    ),
    fields.BAD_FORMAT: (
        "a FORMAT has an empty key, or one of GT, DP, GQ and AD twice",
        "keys separated by colons, each once",
    ),
    fields.BAD_FILTER: (
        "a record has a FILTER with an empty name",
        "names separated by semicolons, or a dot",
    ),
    fields.BAD_ALLELE: (
        "a REF or ALT has a space or a control character",
        "bases, a symbolic allele such as <DEL>, or a dot",
    ),
    fields.BAD_CONTIG: (
        "a record has no valid CHROM",
        "a name without spaces, ended by a tab",
    ),
    fields.SECOND_HEADER: (
        "a second header stands between the records: files were put one after another",
        "one header, at the beginning",
    ),
}
FIX = "make the file again, or drop the record: bcftools view -t ^CONTIG:POS FILE"
FIX_UNSORTED = "sort it: bcftools sort -Oz -o NEW.vcf.gz FILE"
FIX_JOINED = (
    "join the files that it was made of anew: bcftools concat (parts of the genome, the"
    " same samples) or bcftools merge (other samples); cat does not join VCFs"
)
#: What to do about a fault that is not of one record alone.
FIXES = {fields.UNSORTED: FIX_UNSORTED, fields.SECOND_HEADER: FIX_JOINED}
