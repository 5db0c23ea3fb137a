"""Records of trials as registers give them, in one form, and their versions."""
