"""Speed and load: real processes, timed as callers meet them, beside Rasa's own voice connector."""
