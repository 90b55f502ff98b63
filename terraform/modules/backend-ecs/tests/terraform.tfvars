# What every test of this folder starts from; a file or a run block overrides it.
name      = "words"
container = { image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/worker:1" }
network   = { vpc_id = "vpc-1", subnets = ["subnet-1", "subnet-2"], assign_public_ip = true }
