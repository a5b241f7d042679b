"""Two plain understandings of the same phrasings, to see what the work on ours has bought."""
