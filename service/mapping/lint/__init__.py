"""Lint: what is wrong, or doubtful, in a folder of mappings; and the tables' own tests, run."""
