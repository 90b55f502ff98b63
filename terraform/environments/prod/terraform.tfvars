# All that differs from account to account. Fill it in, then: make bootstrap ENV=prod, make deploy ENV=prod (docs/deploy.md).
# One line each: `make` reads some of them too.

# The 12 digits of the account. Nothing is ever done in another one.
account_id = "FILL-IN"
region     = "eu-west-1"

# Everything is named after it: 3 to 24 lower-case letters, digits or -.
name = "dispatch-prod"

# Besides Lambda: "fargate", "batch", "sagemaker". Their images are built with Docker; [] needs none.
backends = ["fargate", "batch"]

# Where containers run: { vpc_id = "vpc-...", subnets = ["subnet-...", "subnet-..."] }. null: a small network is made.
network = null

# What alarms notify: ARNs of SNS topics.
alarm_actions = []

# Whether a deploy asks before it changes anything, and all that holds data refuses to be deleted.
protected = true

# On everything, besides Environment and ManagedBy.
tags = { Project = "activity-dispatch" }
