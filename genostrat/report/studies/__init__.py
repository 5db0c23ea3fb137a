"""Pages of trial records: the portfolio, who fits, and studies in plain words."""
