# Its error is read by tests/repo/test_activities.py.
mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan
}

run "misspelt_argument" {
  command = plan
  variables {
    name       = "studio"
    network    = {}
    packages   = { bucket = "releases", zips = { for name in ["dispatcher", "reporter", "reconciler", "poller", "listener"] : name => { key = "${name}.zip", hash = base64sha256(name) } } }
    activities = { film = { ecs = { container = { image = "film:1" } }, max_concurent_jobs = 4 } }
  }
}
