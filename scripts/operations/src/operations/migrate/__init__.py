"""From a stack of 0.1.0's modules to today's, without losing what it keeps: docs/migration.md."""
