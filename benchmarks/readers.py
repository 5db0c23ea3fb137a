"""Read all genotypes of a VCF as users of cyvcf2 and scikit-allel do, to be timed.

python benchmarks/readers.py cyvcf2|allel COHORT.vcf.gz
"""

import sys

library, path = sys.argv[1:]
if library == "cyvcf2":
    import cyvcf2
    import numpy as np

    total = 0
    for record in cyvcf2.VCF(path, gts012=True, threads=2):
        total += int(np.count_nonzero(record.gt_types))
    print(total)
else:
    import allel

    print(allel.read_vcf(path, fields=["calldata/GT"])["calldata/GT"].shape)
