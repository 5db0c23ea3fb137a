"""From phenotypes and medicines to guidance for each patient."""
