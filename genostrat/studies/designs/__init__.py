"""Which studies are of a stratified design, and the words that say so."""
