"""The pure core: documents, events, legal moves and decisions, with time and ids as arguments."""
