"""What an item does when it begins, one module per kind; the turn and the rehearsal ask the same functions."""
