"""From the words of eligibility to criteria that can be true, false or unknown."""
