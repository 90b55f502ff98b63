# By tests/repo/test_activities.py. Without values of what does not exist yet, as in a first plan: no judge can read its policies.
mock_provider "aws" {
  source = "../../../../../tests/mocks/aws"
}

run "what_is_created_with_the_stack_may_be_unknown" {
  command = plan
  variables {
    packages = { bucket = "releases", zips = { for name in ["dispatcher", "reporter", "reconciler", "poller", "listener"] : name => { key = "${name}.zip", hash = base64sha256(name) } } }
  }

  assert {
    condition     = output.activities == ["cut", "fit", "index", "thumbs"]
    error_message = "it must plan"
  }
}
