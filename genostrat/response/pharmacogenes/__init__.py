"""Whether outcomes of those who take a medicine go with what their genes do to it."""
