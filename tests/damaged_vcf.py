"""Genotype files that must not be read, or not otherwise than htslib reads them."""

from hostile_vcf import compose
from vcf_routes import BGZF_END, block_starts, flip

GOOD = "chr1\t100\t.\tA\tG\t50\tPASS\t.\tGT:AD:DP:GQ\t0/1:5,5:10:99\t1/1\t0/0"
#: id → (column, 0-based, what stands there): a record that must be refused
BAD_CELLS = {
    "allele_beyond_alt": (9, "0/2"),
    "allele_far_beyond_alt": (9, "0/99999999999999999999"),
    "allele_beyond_alt_haploid": (9, "2"),
    "allele_beyond_alt_last_sample": (11, "1|2"),
    "genotype_ends_in_slash": (9, "0/"),
    "genotype_begins_with_slash": (10, "/1"),
    "genotype_with_two_slashes": (11, "0//1"),
    "genotype_of_letters": (9, "a/b"),
    "genotype_with_a_letter_after": (9, "0/1x"),
    "genotype_with_a_letter_before": (9, "x0/1"),
    "genotype_negative": (9, "-1/0"),
    "genotype_with_backslash": (9, "0\\1"),
    "genotype_with_space": (9, "0/ 1"),
    "genotype_of_two_dots": (9, ".."),
    "genotype_dot_and_digit": (9, ".1"),
    "genotype_empty": (9, ""),
    "genotype_empty_before_fields": (9, ":5,5:10:99"),
    "genotype_empty_at_the_end": (11, ""),
    "genotype_triploid": (9, "0/1/1"),
    "genotype_triploid_with_missing": (10, "0/1/."),
    "genotype_two_alleles_in_one_cell": (9, "0/1 1/1"),
    "dp_not_a_number": (9, "0/1:5,5:ten:99"),
    "dp_a_number_and_a_letter": (9, "0/1:5,5:10x:99"),
    "gq_not_a_number": (9, "0/1:5,5:10:high"),
    "gq_with_two_points": (9, "0/1:5,5:10:9.9.9"),
    "ad_not_a_number": (9, "1/1:5,b:10:99"),
    "position_of_letters": (1, "abc"),
    "position_empty": (1, ""),
    "position_negative": (1, "-5"),
    "position_with_exponent": (1, "1e2"),
    "position_with_a_letter_after": (1, "100x"),
    "position_beyond_64_bits": (1, "99999999999999999999"),
    "quality_of_letters": (5, "high"),
    "quality_with_a_letter_after": (5, "50x"),
}
#: The same for records that may be refused, but if not must be read as by htslib.
ODD_CELLS = {
    "reference_empty": (3, ""),
    "alternate_allele_empty": (4, "G,"),
    "alternate_allele_empty_first": (4, ",G"),
    "alternate_allele_dot_among_others": (4, "G,."),
    "alternate_allele_twice": (4, "G,G"),
    "filter_empty": (6, ""),
    "filter_dot_among_others": (6, "PASS;."),
    "filter_ends_in_semicolon": (6, "PASS;"),
    "filter_twice": (6, "LowQual;LowQual"),
    "identifier_empty": (2, ""),
    "identifier_with_space": (2, "rs 1"),
    "quality_empty": (5, ""),
    "quality_nan": (5, "nan"),
    "quality_infinite": (5, "inf"),
    "quality_hexadecimal": (5, "0x1F"),
    "quality_negative": (5, "-3"),
    "quality_with_space_before": (5, " 3"),
    "position_zero": (1, "0"),
    "position_with_plus": (1, "+150"),
    "position_with_zeros": (1, "000150"),
    "position_past_31_bits": (1, "2147483648"),
    "contig_empty": (0, ""),
    "contig_with_space": (0, "chr1 "),
    "contig_like_a_header": (0, "#chr1"),
    "info_empty": (7, ""),
    "format_empty": (8, ""),
    "format_dot": (8, "."),
    "format_key_twice": (8, "GT:AD:GT:GQ"),
    "format_key_of_numbers_twice": (8, "GT:DP:DP:GQ"),
    "format_with_empty_key": (8, "GT::DP:GQ"),
    "format_ends_in_colon": (8, "GT:AD:DP:"),
    "more_fields_than_format": (10, "1/1:5,5:10:99:7"),
    "genotype_phased_first": (9, "|0/1"),
    "genotype_with_leading_zero": (9, "00/01"),
    "genotype_with_plus": (9, "+0/1"),
    "depth_empty": (9, "0/1:5,5::99"),
    "depth_with_plus": (9, "0/1:5,5:+10:99"),
    "depth_with_zeros": (9, "0/1:5,5:0010:99"),
    "depth_a_float": (9, "0/1:5,5:10.5:99"),
    "depth_with_exponent": (9, "0/1:5,5:1e1:99"),
    "depth_of_two_numbers": (9, "0/1:5,5:10,20:99"),
    "depth_ends_in_comma": (9, "0/1:5,5:10,:99"),
    "depth_of_twenty_digits": (9, "0/1:5,5:99999999999999999999:99"),
    "reads_end_in_comma": (9, "1/1:0,50,:50:99"),
    "reads_begin_with_comma": (9, "1/1:,50:50:99"),
    "sample_of_colons": (11, ":::"),
    "sample_ends_in_colon": (11, "0/0:"),
}


def bad_record(name):
    """Return a VCF with one bad or odd record, of three."""
    column, found = (BAD_CELLS | ODD_CELLS)[name]
    cells = GOOD.replace("\t100\t", "\t150\t").split("\t")
    cells[column] = found
    return with_lines(GOOD, "\t".join(cells), GOOD.replace("\t100\t", "\t200\t"))


def with_lines(*lines):
    """Return a VCF of three samples with these lines as they are."""
    head = compose([], contigs=("1", "2")).decode()
    return (head + "".join(f"{line}\n" for line in lines)).encode()


def _at(position, contig="chr1"):
    return GOOD.replace("\t100\t", f"\t{position}\t").replace("chr1", contig)


#: id → bytes of a VCF that must be refused
BAD_LINES = {
    "a_sample_too_few": lambda: with_lines(GOOD, _at(150).rsplit("\t", 1)[0], _at(200)),
    "a_sample_too_many": lambda: with_lines(GOOD, _at(150) + "\t0/1", _at(200)),
    "an_empty_sample_too_many": lambda: with_lines(GOOD, _at(150) + "\t", _at(200)),
    "no_sample_column": lambda: with_lines(
        GOOD, "\t".join(_at(150).split("\t")[:9]), _at(200)
    ),
    "five_columns": lambda: with_lines(
        GOOD, "\t".join(_at(150).split("\t")[:5]), _at(200)
    ),
    "half_a_line_at_the_end": lambda: with_lines(GOOD, _at(150))[:-20],
    "an_empty_line": lambda: with_lines(GOOD, "", _at(200)),
    "a_line_of_text": lambda: with_lines(GOOD, "this is not a record", _at(200)),
    "a_line_of_zero_bytes": lambda: with_lines(GOOD, "\0" * 50, _at(200)),
    "positions_that_go_down": lambda: with_lines(GOOD, _at(300), _at(200)),
    "a_contig_that_comes_back": lambda: with_lines(
        GOOD, _at(150, "chr2"), _at(200), _at(250, "chr2")
    ),
    "a_contig_under_two_names": lambda: with_lines(
        GOOD, _at(150, "1"), _at(200, "chr2")
    ),
    "spaces_for_tabs": lambda: with_lines(GOOD, _at(150).replace("\t", " "), _at(200)),
}


def _middle(data):
    starts = block_starts(data)
    return starts[len(starts) // 2], starts[len(starts) // 2 + 1]


#: id → function of the bytes of a whole BGZF file: files that must be refused
DAMAGES = {
    "cut_within_a_block": lambda data: data[: _middle(data)[0] + 30],
    "cut_within_the_header_of_a_block": lambda data: data[: _middle(data)[0] + 9],
    "cut_between_blocks": lambda data: data[: _middle(data)[0]],
    "cut_by_one_byte": lambda data: data[:-1],
    "without_end_block": lambda data: data[: -len(BGZF_END)],
    "checksum_wrong": lambda data: flip(data, _middle(data)[1] - 8),
    "length_wrong": lambda data: flip(data, _middle(data)[1] - 4, bit=1),
    "length_enormous": lambda data: flip(data, _middle(data)[1] - 1, bit=0x40),
    "deflate_stream_flipped": lambda data: flip(data, _middle(data)[0] + 60),
    "deflate_type_flipped": lambda data: flip(data, _middle(data)[0] + 18, bit=6),
    "block_magic_wrong": lambda data: flip(data, _middle(data)[0]),
    "block_flags_wrong": lambda data: flip(data, _middle(data)[0] + 3, bit=4),
    "block_size_wrong": lambda data: flip(data, _middle(data)[0] + 16, bit=1),
    "block_size_enormous": lambda data: flip(data, _middle(data)[0] + 17, bit=0x80),
    "garbage_between_blocks": lambda data: (
        data[: _middle(data)[0]] + b"garbage" + data[_middle(data)[0] :]
    ),
    "garbage_after_the_end": lambda data: data + b"garbage",
    "zero_bytes_in_the_middle": lambda data: (
        data[: _middle(data)[0]] + bytes(512) + data[_middle(data)[0] + 512 :]
    ),
}
