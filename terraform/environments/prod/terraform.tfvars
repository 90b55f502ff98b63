# Account-specific values. Fill them in, then run make bootstrap ENV=prod, make deploy ENV=prod (docs/deploy.md).

# The 12 digits of the account. Nothing is ever changed in another account.
account_id = "FILL-IN"
region     = "eu-west-1"

# Name of the stack; everything is named after it: 3 to 24 lower-case letters, digits or -.
name = "dispatch-prod"

# Besides Lambda: "ecs", "batch", "sagemaker". Their images are built with Docker; [] needs none.
backends = ["ecs", "batch"]

# Processor of the containers: "X86_64", or "ARM64", which costs less. Their image is built for it.
architecture = "X86_64"

# Where containers run: { vpc_id = "vpc-...", subnets = ["subnet-...", "subnet-..."] }. {}: create a small network.
network = {}

# ARN of the policy that bounds every role, where the account demands one. null: none.
permissions_boundary_arn = null

# ARNs that alarms notify, such as SNS topics.
alarm_actions = []

# Whether a deploy asks before it changes anything, and everything that holds data refuses to be deleted.
protected = true

# Tags for every resource, in addition to Environment and ManagedBy.
tags = { Project = "activity-dispatch" }
