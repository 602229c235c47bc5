"""The roadmap, what was launched, and the sites that may show the roadmap in a frame."""
