"""An embedded AWS: LocalStack in host mode, without Docker, patched where it differs from AWS."""
