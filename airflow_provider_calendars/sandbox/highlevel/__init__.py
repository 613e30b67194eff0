"""HighLevel in the sandbox."""
