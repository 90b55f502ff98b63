# What every test of this folder starts from; a file or a run block overrides it.
team = "films"
stack = {
  name           = "studio"
  prefix         = "studio-"
  partition      = "aws"
  region         = "eu-west-1"
  account        = "123456789012"
  iam            = { job_path = "/studio/jobs/", permissions_boundary_arn = "arn:aws:iam::123456789012:policy/bounds" }
  table          = { arn = "arn:aws:dynamodb:eu-west-1:123456789012:table/studio-tasks" }
  reconciler_arn = "arn:aws:lambda:eu-west-1:123456789012:function:studio-reconciler"
}
