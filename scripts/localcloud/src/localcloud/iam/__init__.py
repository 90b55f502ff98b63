"""IAM for what runs in the cloud: credentials by role, decisions, and a record of their use."""
