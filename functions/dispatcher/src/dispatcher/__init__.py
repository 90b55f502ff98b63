"""The dispatcher function: consumes the dispatch queue."""
