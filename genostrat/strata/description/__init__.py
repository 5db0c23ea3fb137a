"""What distinguishes the strata, and how they agree with other partitions."""
