"""Likelihoods of regression models, and one way to maximise and compare them."""
