mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan
}

variables {
  name     = "studio"
  network  = {}
  packages = { dir = "../../../build/zip" }
}

run "several_of_each_kind" {
  command = plan
  variables {
    activities = {
      transcode = { ecs = { container = { image = "film:1" } }, max_concurrent_jobs = 4 }
      checksum  = { ecs = { container = { image = "sum:1" }, worker = false, size = { cpu = 1, memory_mb = 2048 } } }
      thumbs    = { lambda = { function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:thumbs", role = { name = "thumbs" } } }
      fit       = { sagemaker = { container = { image = "fit:1" } } }
      index     = { batch = { container = { image = "index:1" } } }
      called    = { batch = { container = { image = "index:1" } }, wake_up = "callback" }
    }
  }
}

run "a_misspelt_argument" {
  command = plan
  variables {
    activities = { thumbs = { lambda = { function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:thumbs" }, max_concurent_jobs = 4 } }
  }
  expect_failures = [var.activities]
}
