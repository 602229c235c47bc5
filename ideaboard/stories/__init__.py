"""Stories: staff write about what became of ideas; a colleague reads it over; followers of the ideas are told once."""
