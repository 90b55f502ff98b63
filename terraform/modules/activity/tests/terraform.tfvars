# What every test of this folder starts from; a file or a run block overrides it.
name = "words"
dispatch_queue = {
  url = "https://sqs.eu-west-1.amazonaws.com/123456789012/dispatch"
  arn = "arn:aws:sqs:eu-west-1:123456789012:dispatch"
}
