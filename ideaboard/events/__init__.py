"""What happened: the vocabulary, and how it is written down."""
