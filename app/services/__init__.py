"""Floor 4: a file per noun, with the rules; each function changes something or refuses to."""
