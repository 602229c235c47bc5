"""How we answer: the loop's figures, counted and never adjusted. docs/how-we-answer.md names every formula."""
