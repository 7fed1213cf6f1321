"""What is documented: the vocabulary, its values, and how each element stands."""
