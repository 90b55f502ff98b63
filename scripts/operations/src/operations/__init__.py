"""What the Makefile calls: zips, local cloud, deploy, run, demo."""
