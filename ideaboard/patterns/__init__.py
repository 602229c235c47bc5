"""Every component on one page, for who builds pages; never in production."""
