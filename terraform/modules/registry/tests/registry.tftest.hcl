mock_provider "aws" {
  override_during = plan

  mock_resource "aws_ecr_repository" {
    defaults = {
      arn            = "arn:aws:ecr:eu-west-1:123456789012:repository/orders/worker"
      repository_url = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/orders/worker"
    }
  }
}

variables {
  name         = "orders"
  repositories = ["worker"]
}

run "images_are_scanned_and_tags_immutable" {
  command = plan

  assert {
    condition     = aws_ecr_repository.this["worker"].name == "orders/worker" && aws_ecr_repository.this["worker"].image_scanning_configuration[0].scan_on_push
    error_message = "every push must be scanned"
  }
  assert {
    condition     = aws_ecr_repository.this["worker"].image_tag_mutability == "IMMUTABLE" && !aws_ecr_repository.this["worker"].force_delete
    error_message = "tags must be immutable, and a repository with images must not be deleted"
  }
  assert {
    condition     = aws_ecr_repository.this["worker"].encryption_configuration[0].encryption_type == "AES256"
    error_message = "images must be encrypted"
  }
  assert {
    condition     = output.urls == { worker = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/orders/worker" } && output.arns == { worker = "arn:aws:ecr:eu-west-1:123456789012:repository/orders/worker" }
    error_message = "the outputs must be URLs and ARNs"
  }
}

run "old_images_expire" {
  command = plan
  variables {
    repositories  = ["worker", "training"]
    keep_images   = 5
    untagged_days = 1
  }

  assert {
    condition     = keys(aws_ecr_lifecycle_policy.this) == ["training", "worker"]
    error_message = "every repository must have a policy"
  }
  assert {
    condition = jsondecode(aws_ecr_lifecycle_policy.this["worker"].policy).rules[*].selection == [
      { tagStatus = "untagged", countType = "sinceImagePushed", countUnit = "days", countNumber = 1 },
      { tagStatus = "tagged", tagPatternList = ["*"], countType = "imageCountMoreThan", countNumber = 5 },
    ]
    error_message = "untagged images expire first, then all but the newest"
  }
}

run "accepts_a_customer_key" {
  command = plan
  variables {
    kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1"
  }

  assert {
    condition     = aws_ecr_repository.this["worker"].encryption_configuration[0].encryption_type == "KMS" && aws_ecr_repository.this["worker"].encryption_configuration[0].kms_key == var.kms_key_arn
    error_message = "images must be encrypted with the key"
  }
}

run "rejects_wrong_values" {
  command = plan
  variables {
    name          = "Orders"
    repositories  = ["with space"]
    keep_images   = 0
    untagged_days = 0.5
    kms_key_arn   = "alias/mine"
  }
  expect_failures = [var.name, var.repositories, var.keep_images, var.untagged_days, var.kms_key_arn]
}
