"""Files of mappings/: read strictly; what is wrong with one is said with its line."""
