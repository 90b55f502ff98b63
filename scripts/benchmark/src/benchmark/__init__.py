"""`make benchmark`: this dispatcher beside its alternatives, measured on one machine."""
