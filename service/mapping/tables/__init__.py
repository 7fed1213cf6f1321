"""The tables: what is documented becomes a candidate code, or a question. The engine."""
