"""Floor 3: a file per noun, reading; nothing here changes anything."""
