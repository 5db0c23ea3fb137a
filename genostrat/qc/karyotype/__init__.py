"""How many X and Y chromosomes a sample has, and how sure that is."""
