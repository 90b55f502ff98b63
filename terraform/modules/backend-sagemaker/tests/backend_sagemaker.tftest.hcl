mock_provider "aws" {
  override_during = plan

  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_service" {
    defaults = { region = "eu-west-1" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/digits-training" }
  }
}

variables {
  name      = "digits"
  container = { image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/training:1" }
  storage = {
    output_s3_uri     = "s3://data/models/"
    checkpoint_s3_uri = "s3://data/checkpoints/"
  }
}

run "outputs_what_every_backend_outputs" {
  command = plan

  assert {
    condition     = toset(keys(output.backend)) == toset(["name", "config", "policy_json", "report_policy_json", "event_pattern", "job_names"]) && output.backend.name == "sagemaker"
    error_message = "the keys must be those of every backend"
  }
  assert {
    condition = jsondecode(output.backend.config) == {
      checkpoint_s3_uri = "s3://data/checkpoints"
      request = {
        AlgorithmSpecification = {
          TrainingImage     = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/training:1"
          TrainingInputMode = "File"
          MetricDefinitions = []
        }
        RoleArn                               = "arn:aws:iam::123456789012:role/digits-training"
        HyperParameters                       = {}
        Environment                           = {}
        OutputDataConfig                      = { S3OutputPath = "s3://data/models/" }
        ResourceConfig                        = { InstanceType = "ml.m7i.xlarge", InstanceCount = 1, VolumeSizeInGB = 30 }
        StoppingCondition                     = { MaxRuntimeInSeconds = 3600 }
        EnableManagedSpotTraining             = false
        EnableNetworkIsolation                = false
        EnableInterContainerTrafficEncryption = false
        Tags                                  = []
      }
    }
    error_message = "the request of CreateTrainingJob, without what a task adds"
  }
  assert {
    condition = jsondecode(output.backend.event_pattern) == {
      source      = ["aws.sagemaker"]
      detail-type = ["SageMaker Training Job State Change"]
      detail = {
        TrainingJobName = [{ prefix = "task-" }]
        RoleArn         = ["arn:aws:iam::123456789012:role/digits-training"]
      }
    }
    error_message = "only the events of these jobs may match"
  }
}

run "every_setting_reaches_the_request" {
  command = plan
  override_data {
    target = data.aws_default_tags.current
    values = { tags = { Project = "digits" } }
  }
  variables {
    container       = { image = "training", entrypoint = ["run"], arguments = ["a", "b"], environment = { MODE = "fast" } }
    instances       = { type = "ml.g5.xlarge", count = 2, volume_gb = 100, spot = true, encrypt_volume = true }
    limits          = { timeout_seconds = 600, max_wait_seconds = 900 }
    hyperparameters = { epochs = "10" }
    metrics         = { loss = "loss=(\\S+)" }
    network         = { subnets = ["subnet-1"], security_groups = ["sg-1"], isolated = true }
    kms_key_arn     = "arn:aws:kms:eu-west-1:123456789012:key/1"
    repository_arns = ["arn:aws:ecr:eu-west-1:123456789012:repository/training"]
    policies        = { more = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
    tags            = { team = "a" }
    storage = {
      output_s3_uri     = "s3://data/models/"
      checkpoint_s3_uri = "s3://data/models/"
      input_s3_uris     = { train = "s3://other/digits" }
    }
  }

  assert {
    condition = jsondecode(output.backend.config).request == {
      AlgorithmSpecification = {
        TrainingImage       = "training"
        TrainingInputMode   = "File"
        MetricDefinitions   = [{ Name = "loss", Regex = "loss=(\\S+)" }]
        ContainerEntrypoint = ["run"]
        ContainerArguments  = ["a", "b"]
      }
      RoleArn                               = "arn:aws:iam::123456789012:role/digits-training"
      HyperParameters                       = { epochs = "10" }
      Environment                           = { MODE = "fast" }
      OutputDataConfig                      = { S3OutputPath = "s3://data/models/", KmsKeyId = "arn:aws:kms:eu-west-1:123456789012:key/1" }
      ResourceConfig                        = { InstanceType = "ml.g5.xlarge", InstanceCount = 2, VolumeSizeInGB = 100, VolumeKmsKeyId = "arn:aws:kms:eu-west-1:123456789012:key/1" }
      StoppingCondition                     = { MaxRuntimeInSeconds = 600, MaxWaitTimeInSeconds = 900 }
      EnableManagedSpotTraining             = true
      EnableNetworkIsolation                = true
      EnableInterContainerTrafficEncryption = true
      Tags                                  = [{ Key = "Project", Value = "digits" }, { Key = "team", Value = "a" }]
      InputDataConfig = [{
        ChannelName = "train"
        DataSource  = { S3DataSource = { S3DataType = "S3Prefix", S3DataDistributionType = "FullyReplicated", S3Uri = "s3://other/digits" } }
      }]
      VpcConfig = { Subnets = ["subnet-1"], SecurityGroupIds = ["sg-1"] }
    }
    error_message = "everything is in the request"
  }
  assert {
    condition     = toset(keys(aws_iam_role_policy.this)) == toset(["more", "training"])
    error_message = "the module's policy and the user's"
  }
  assert {
    condition = alltrue([for sid, resources in {
      ListBuckets               = ["arn:aws:s3:::data", "arn:aws:s3:::other"]
      ReadObjects               = ["arn:aws:s3:::data/models/*", "arn:aws:s3:::other/digits/*"]
      WriteModelsAndCheckpoints = ["arn:aws:s3:::data/models/*"]
      PullImage                 = ["arn:aws:ecr:eu-west-1:123456789012:repository/training"]
      UseKey                    = ["arn:aws:kms:eu-west-1:123456789012:key/1"]
      } : [for statement in jsondecode(aws_iam_role_policy.this["training"].policy).Statement : statement.Resource if statement.Sid == sid] == [resources]
    ])
    error_message = "the role may use what the variables name, and no more"
  }
  assert {
    condition     = jsondecode(output.backend.policy_json).Statement[*].Sid == ["RunJobs", "GiveJobsTheirRoles", "TagJobs", "WatchAndStopJobs"]
    error_message = "the dispatcher needs permission to tag jobs"
  }
  assert {
    condition     = contains(jsondecode(aws_iam_role_policy.this["training"].policy).Statement[*].Sid, "AttachToNetwork")
    error_message = "the role needs permissions for the VPC"
  }
}

run "the_dispatcher_may_only_run_jobs_of_its_tasks" {
  command = plan

  assert {
    condition = jsondecode(output.backend.policy_json).Statement == [
      {
        Sid      = "RunJobs"
        Effect   = "Allow"
        Action   = ["sagemaker:CreateTrainingJob"]
        Resource = ["arn:aws:sagemaker:eu-west-1:123456789012:training-job/task-*"]
      },
      {
        Sid       = "GiveJobsTheirRoles"
        Effect    = "Allow"
        Action    = ["iam:PassRole"]
        Resource  = ["arn:aws:iam::123456789012:role/digits-training"]
        Condition = { StringEquals = { "iam:PassedToService" = "sagemaker.amazonaws.com" } }
      },
      {
        Sid      = "WatchAndStopJobs"
        Effect   = "Allow"
        Action   = ["sagemaker:DescribeTrainingJob", "sagemaker:StopTrainingJob"]
        Resource = ["arn:aws:sagemaker:eu-west-1:123456789012:training-job/task-*"]
      },
    ]
    error_message = "only these jobs and this role"
  }
  assert {
    condition     = jsondecode(output.backend.report_policy_json).Statement[0].Resource == ["arn:aws:logs:eu-west-1:123456789012:log-group:/aws/sagemaker/TrainingJobs:log-stream:task-*"]
    error_message = "the logs of these jobs"
  }
  assert {
    condition     = jsondecode(output.backend.report_policy_json).Statement[*].Sid == ["ReadJobLogs", "FindJobLogs", "WatchAndStopJobs"]
    error_message = "reporter and reconciler stop jobs nobody waits for"
  }
  assert {
    condition     = length(jsondecode(aws_iam_role_policy.this["training"].policy).Statement) == 5
    error_message = "without repository, key and network there are no permissions for them"
  }
}

run "spot_waits_twice_the_timeout_by_default" {
  command = plan
  variables {
    instances = { spot = true }
  }
  assert {
    condition     = jsondecode(output.backend.config).request.StoppingCondition == { MaxRuntimeInSeconds = 3600, MaxWaitTimeInSeconds = 7200 }
    error_message = "the default must be twice the timeout"
  }
}

run "rejects_what_sagemaker_would_reject" {
  command = plan
  variables {
    name            = "a"
    container       = { image = "", environment = { TASK_ID = "1" } }
    instances       = { type = "g5.xlarge", count = 0 }
    storage         = { output_s3_uri = "/a/folder", checkpoint_s3_uri = "s3://data/", input_s3_uris = { "a b" = "s3://data/" } }
    hyperparameters = { for number in range(101) : number => "1" }
    metrics         = { loss = "loss" }
    network         = { subnets = ["subnet-1"] }
    policies        = { training = "{}" }
    repository_arns = ["training"]
    kms_key_arn     = "alias/key"
  }
  expect_failures = [
    var.name, var.container, var.instances, var.storage, var.hyperparameters, var.metrics, var.network,
    var.policies, var.repository_arns, var.kms_key_arn,
  ]
}

run "rejects_a_maximum_wait_without_spot" {
  command = plan
  variables {
    limits = { timeout_seconds = 60, max_wait_seconds = 600 }
  }
  expect_failures = [var.limits]
}

run "rejects_a_timeout_of_zero" {
  command = plan
  variables {
    limits = { timeout_seconds = 0 }
  }
  expect_failures = [var.limits]
}
