"""IAM enforced for what runs in the cloud: credentials by role, decisions, and what was used."""
