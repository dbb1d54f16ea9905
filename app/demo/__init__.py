"""The demonstration programme: what the centre reported, and invented people who fit it."""
