"""How strong the evidence for groups is, against cohorts without groups."""
