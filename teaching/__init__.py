"""Teaches MiniLM what a larger encoder makes of our phrasings (docs/decisions/0016); runs where Rasa does."""
