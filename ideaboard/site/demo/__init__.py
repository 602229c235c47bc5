"""The demo community: its words as data (community/*.toml), how it is planted, shown and removed."""
