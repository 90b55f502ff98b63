mock_provider "aws" {
  override_during = plan
}

run "rejects_a_wrong_name" {
  command = plan
  variables {
    name = "with space"
  }
  expect_failures = [var.name]
}

run "rejects_an_image_without_a_name" {
  command = plan
  variables {
    settings = { container = { image = "" } }
  }
  expect_failures = [var.settings]
}

run "rejects_an_environment_variable_that_is_set_for_the_job" {
  command = plan
  variables {
    settings = { container = { image = "training", environment = { TASK_ID = "1" } } }
  }
  expect_failures = [var.settings]
}

run "rejects_an_instance_type_of_ec2" {
  command = plan
  variables {
    settings = { container = { image = "training" }, instances = { type = "g5.xlarge" } }
  }
  expect_failures = [var.settings]
}

run "rejects_no_instances" {
  command = plan
  variables {
    settings = { container = { image = "training" }, instances = { count = 0 } }
  }
  expect_failures = [var.settings]
}

run "rejects_models_in_a_folder" {
  command = plan
  variables {
    settings = { container = { image = "training" }, storage = { output_s3_uri = "/a/folder" } }
  }
  expect_failures = [var.settings]
}

run "rejects_a_channel_with_a_space" {
  command = plan
  variables {
    settings = { container = { image = "training" }, storage = { input_s3_uris = { "a b" = "s3://data/" } } }
  }
  expect_failures = [var.settings]
}

run "rejects_more_hyperparameters_than_sagemaker_takes" {
  command = plan
  variables {
    settings = { container = { image = "training" }, hyperparameters = { for number in range(101) : number => "1" } }
  }
  expect_failures = [var.settings]
}

run "rejects_a_metric_without_a_group" {
  command = plan
  variables {
    settings = { container = { image = "training" }, metrics = { loss = "loss" } }
  }
  expect_failures = [var.settings]
}

run "rejects_subnets_without_security_groups" {
  command = plan
  variables {
    settings = { container = { image = "training" }, network = { subnets = ["subnet-1"] } }
  }
  expect_failures = [var.settings]
}

run "rejects_a_policy_named_training" {
  command = plan
  variables {
    settings = { container = { image = "training" }, policies = { training = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" } }
  }
  expect_failures = [var.settings]
}

run "rejects_a_broken_policy" {
  command = plan
  variables {
    settings = { container = { image = "training" }, policies = { more = "{}" } }
  }
  expect_failures = [var.settings]
}

run "rejects_repositories_by_name" {
  command = plan
  variables {
    settings = { container = { image = "training" }, repository_arns = ["training"] }
  }
  expect_failures = [var.settings]
}

run "rejects_a_maximum_wait_without_spot" {
  command = plan
  variables {
    settings = { container = { image = "training" }, job_timeout_seconds = 60, max_wait_seconds = 600 }
  }
  expect_failures = [aws_iam_role.this]
}

run "rejects_a_maximum_wait_below_the_timeout" {
  command = plan
  variables {
    settings = { container = { image = "training" }, instances = { spot = true }, job_timeout_seconds = 600, max_wait_seconds = 60 }
  }
  expect_failures = [aws_iam_role.this]
}

run "rejects_a_timeout_of_zero" {
  command = plan
  variables {
    settings = { container = { image = "training" }, job_timeout_seconds = 0 }
  }
  expect_failures = [aws_iam_role.this]
}

run "rejects_a_timeout_above_28_days" {
  command = plan
  variables {
    timeout_seconds = 2419201
  }
  expect_failures = [aws_iam_role.this]
}

run "rejects_a_name_too_long_for_its_role" {
  command = plan
  variables {
    name = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
  }
  expect_failures = [aws_iam_role.this]
}
