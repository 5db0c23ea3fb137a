"""Words of planted truth."""

TRUTH_VERDICTS = ("found", "missed", "false_alarm")
