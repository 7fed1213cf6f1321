"""Wiring: the parts, put together. Each command imports the part of it that it needs, and nothing else."""
