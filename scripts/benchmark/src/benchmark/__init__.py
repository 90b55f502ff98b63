"""`make benchmark`: this dispatcher and its alternatives, measured on one machine."""
