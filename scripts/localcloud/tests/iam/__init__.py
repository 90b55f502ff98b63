"""Tests of IAM's enforcement."""
