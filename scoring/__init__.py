"""How well callers are understood: measured by calling the line, never by looking inside it."""
