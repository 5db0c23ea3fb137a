"""Trial records: stratified designs among them, how they grow, and whom they fit."""
