"""The example's job: statistics of a text."""
