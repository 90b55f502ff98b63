# What every test of this folder starts from; a file or a run block overrides it.
stack = {
  version        = 1
  name           = "studio"
  prefix         = "studio-"
  partition      = "aws"
  region         = "eu-west-1"
  account        = "123456789012"
  backends       = ["lambda", "ecs", "batch", "sagemaker"]
  wake_ups       = ["requests", "callback", "logs", "poll"]
  state_machines = ["studio", "studio-*", "orders"]
  event_buses    = ["arn:aws:events:eu-west-1:123456789012:event-bus/films"]
  iam            = { job_path = "/studio/jobs/", permissions_boundary_arn = "arn:aws:iam::123456789012:policy/bounds" }
  starters       = ["arn:aws:iam::123456789012:role/studio/studio-dispatcher", "arn:aws:iam::123456789012:role/studio/studio-reconciler"]
  reporter_arn   = "arn:aws:lambda:eu-west-1:123456789012:function:studio-reporter"
  reconciler_arn = "arn:aws:lambda:eu-west-1:123456789012:function:studio-reconciler"
  queue          = { url = "https://sqs.eu-west-1.amazonaws.com/123456789012/studio-dispatch", arn = "arn:aws:sqs:eu-west-1:123456789012:studio-dispatch", kms_key_arn = null }
  table          = { name = "studio-tasks", arn = "arn:aws:dynamodb:eu-west-1:123456789012:table/studio-tasks" }
  bucket         = { name = "studio-data", arn = "arn:aws:s3:::studio-data" }
  kms_key_arn    = null
  kms_key_arns   = []
  cluster_arn    = "arn:aws:ecs:eu-west-1:123456789012:cluster/studio"
  job_queue_arn  = "arn:aws:batch:eu-west-1:123456789012:job-queue/studio"
  network        = { vpc_id = "vpc-1", subnets = ["subnet-1", "subnet-2"], security_groups = ["sg-jobs"], assign_public_ip = true }
  job_environment = {
    TASK_TABLE          = "studio-tasks"
    PAYLOAD_BUCKET      = "studio-data"
    TASK_RETENTION_DAYS = "7"
  }
  log_retention_days = 30
  alarm_actions      = ["arn:aws:sns:eu-west-1:123456789012:duty"]
  tags               = { team = "films" }
}
name = "words"
