"""Assets that events at the vendors update."""
