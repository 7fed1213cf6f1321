"""A narrative note, read by the words of mappings/terms: what each sentence says, and what takes it back."""
