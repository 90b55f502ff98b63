"""A fast HTTP server that answers a dispatcher's calls like AWS; one process, state in memory."""
