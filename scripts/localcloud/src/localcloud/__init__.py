"""An embedded AWS: LocalStack in host mode, without Docker, mended where it differs from AWS."""
