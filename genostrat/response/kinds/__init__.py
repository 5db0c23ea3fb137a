"""How outcomes of each kind are compared and tested: one module a kind."""
