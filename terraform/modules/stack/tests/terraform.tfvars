# What every test of this folder starts from; a file or a run block overrides it.
name     = "studio"
network  = {}
packages = { bucket = "releases", zips = { dispatcher = { key = "dispatcher.zip", hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" }, reporter = { key = "reporter.zip", hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" }, reconciler = { key = "reconciler.zip", hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" }, poller = { key = "poller.zip", hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" }, listener = { key = "listener.zip", hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" } } }
