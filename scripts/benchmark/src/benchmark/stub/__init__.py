"""A fast HTTP server that answers like AWS to what a dispatcher asks; state in memory, one process."""
