# What every test of this folder starts from; a file or a run block overrides it.
activity = {
  key               = "film"
  arn               = "arn:aws:states:eu-west-1:123456789012:activity:studio-film"
  heartbeat_seconds = 180
  timeout_seconds   = 3600
  wake_up           = "requests"
  partition         = "aws"
  queue             = { url = "https://sqs.eu-west-1.amazonaws.com/123456789012/studio-dispatch", arn = "arn:aws:sqs:eu-west-1:123456789012:studio-dispatch" }
}
