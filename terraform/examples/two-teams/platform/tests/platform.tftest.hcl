mock_provider "aws" {
  source          = "../../../../tests/mocks/aws"
  override_during = plan
}

variables {
  packages                 = { bucket = "releases", zips = { for name in ["dispatcher", "reporter", "reconciler", "poller", "listener"] : name => { key = "${name}.zip", hash = base64sha256(name) } } }
  permissions_boundary_arn = "arn:aws:iam::123456789012:policy/company"
  teams = {
    films = { role_name = "films-deploy" }
    news  = { role_name = "news-deploy", function_arns = ["arn:aws:lambda:eu-west-1:123456789012:function:news-*"], function_role_arns = ["arn:aws:iam::123456789012:role/news-*"] }
  }
}

override_resource {
  target          = aws_iam_policy.job_boundary
  override_during = plan
  values          = { arn = "arn:aws:iam::123456789012:policy/studio-jobs" }
}

run "each_team_gets_its_own_policy" {
  command = plan

  assert {
    condition     = output.handle.iam == { job_path = "/studio/jobs/", permissions_boundary_arn = "arn:aws:iam::123456789012:policy/studio-jobs" }
    error_message = "roles must have a path and the boundary"
  }
  assert {
    condition     = { for team, attachment in aws_iam_role_policy_attachment.team : team => attachment.role } == { films = "films-deploy", news = "news-deploy" }
    error_message = "the role that applies a team's state must have the team's policy"
  }
  assert {
    condition     = strcontains(aws_iam_policy.team["films"].policy, "studio-films-*") && !strcontains(aws_iam_policy.team["films"].policy, "studio-news-") && strcontains(aws_iam_policy.team["news"].policy, "function:news-*")
    error_message = "a policy must name its own team only"
  }
}
