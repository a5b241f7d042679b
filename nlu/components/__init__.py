"""Our own steps in Rasa's pipeline: how an utterance becomes numbers."""
