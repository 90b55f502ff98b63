"""What the Makefile calls: `python -m operations COMMAND`.

A package imports only from packages listed below it:

demo        show everything once on a local cloud: text processing, training
executions  start and follow executions, list open tasks, read logs
schemas     judge the Terraform by the schemas of the AWS provider, and keep those
deploy      Terraform for the local cloud and for accounts: guard, bootstrap, push, plan, apply, destroy
local       start and stop the local cloud
artifacts   build what is deployed: zips, releases, container images
docs        write the parts of the docs that come from .tf files

The modules beside them are shared by all: errors, exits, interrupts, process, paths, hcl,
outputs, clients, gpu_check.
"""
