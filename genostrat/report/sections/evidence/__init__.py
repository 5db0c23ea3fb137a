"""What the section on strata shows beside the verdict, a part each."""
