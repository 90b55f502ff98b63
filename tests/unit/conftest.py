"""What all unit tests share."""

from tests.unit import hypothesis_profiles

hypothesis_profiles.load()
