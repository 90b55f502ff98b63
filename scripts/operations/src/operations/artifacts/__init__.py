"""Build what is deployed: the functions' zips, releases of them, container images."""
