# The platform team's state: the control plane, and what each team may do. A new activity changes nothing here.
provider "aws" {
  region = "eu-west-1"
}

module "control_plane" {
  source = "../../../modules/control-plane"

  name     = "studio"
  packages = var.packages
  network  = var.network
  # Teams make roles: a boundary on every one is what keeps them from giving away more than they have.
  iam = { permissions_boundary_arn = var.permissions_boundary_arn, job_permissions_boundary_arn = aws_iam_policy.job_boundary.arn }
}

module "team" {
  source   = "../team-permissions"
  for_each = var.teams

  stack              = module.control_plane.handle
  team               = each.key
  function_arns      = each.value.function_arns
  function_role_arns = each.value.function_role_arns
}

resource "aws_iam_policy" "team" {
  for_each = var.teams

  name        = "studio-activities-of-${each.key}"
  description = "Add, change and remove activities studio-${each.key}-*"
  policy      = module.team[each.key].policy_json
}

resource "aws_iam_role_policy_attachment" "team" {
  for_each = var.teams

  role       = each.value.role_name
  policy_arn = aws_iam_policy.team[each.key].arn
}
