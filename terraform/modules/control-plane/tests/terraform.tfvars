# What every test of this folder starts from; a file or a run block overrides it.
name = "first"
packages = {
  dispatcher = {
    bucket = "artefacts"
    key    = "functions/dispatcher-1.zip"
    hash   = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
  }
  reporter = {
    bucket = "artefacts"
    key    = "functions/reporter-1.zip"
    hash   = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
  }
  reconciler = {
    bucket = "artefacts"
    key    = "functions/reconciler-1.zip"
    hash   = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
  }
}
activities = {
  words = {
    arn               = "arn:aws:states:eu-west-1:123456789012:activity:words"
    backend           = "words"
    heartbeat_seconds = 180
    timeout_seconds   = 3600
  }
  lines = {
    arn                 = "arn:aws:states:eu-west-1:123456789012:activity:lines"
    backend             = "words"
    heartbeat_seconds   = 60
    timeout_seconds     = 600
    allowed_overrides   = ["command"]
    max_concurrent_jobs = 5
  }
}
backends = {
  words = {
    name        = "lambda"
    config      = "{\"function_arn\":\"arn:aws:lambda:eu-west-1:123456789012:function:process\"}"
    policy_json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}"
  }
}
payload_bucket = { name = "payloads", arn = "arn:aws:s3:::payloads" }
