"""Terraform for one environment, local or in an account, and what has to happen before and after it."""
