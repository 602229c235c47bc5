"""Search: what is found by its words, in ideas, staff's answers and comments."""
