"""Door furniture."""
