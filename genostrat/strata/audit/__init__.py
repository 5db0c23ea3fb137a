"""Whether strata mirror centre, batch, ancestry, sex, age or quality."""
