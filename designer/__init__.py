"""What people are still changing: drafts, checks, publishing."""
