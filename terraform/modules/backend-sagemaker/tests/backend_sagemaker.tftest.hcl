mock_provider "aws" {
  override_during = plan

  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/studio/jobs/studio-digits-training", tags_all = { Project = "digits", team = "films" } }
  }
}

run "says_what_the_library_reads" {
  command = plan

  assert {
    condition     = output.backend.kind == "sagemaker" && output.backend.name == "digits" && output.job_role_name == "studio-digits-training" && output.log_group_name == "/aws/sagemaker/TrainingJobs"
    error_message = "kind and names"
  }
  assert {
    condition = jsondecode(output.backend.config) == {
      checkpoint_s3_uri = "s3://studio-data/checkpoints"
      request = {
        AlgorithmSpecification = {
          TrainingImage     = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/training:1"
          TrainingInputMode = "File"
          MetricDefinitions = []
        }
        RoleArn                               = "arn:aws:iam::123456789012:role/studio/jobs/studio-digits-training"
        HyperParameters                       = {}
        Environment                           = {}
        OutputDataConfig                      = { S3OutputPath = "s3://studio-data/models/" }
        ResourceConfig                        = { InstanceType = "ml.m7i.xlarge", InstanceCount = 1, VolumeSizeInGB = 30 }
        StoppingCondition                     = { MaxRuntimeInSeconds = 3600 }
        EnableManagedSpotTraining             = false
        EnableNetworkIsolation                = false
        EnableInterContainerTrafficEncryption = false
        Tags                                  = [{ Key = "Project", Value = "digits" }, { Key = "activity-dispatch", Value = "studio" }, { Key = "team", Value = "films" }]
      }
    }
    error_message = "the request of CreateTrainingJob, without what a task adds, with the provider's tags too"
  }
  assert {
    condition     = length(jsondecode(aws_iam_role_policy.this["training"].policy).Statement) == 5
    error_message = "without repository, key and network there are no permissions for them"
  }
}

run "every_setting_reaches_the_request" {
  command = plan
  variables {
    stack           = merge(var.stack, { kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1" })
    timeout_seconds = 7200
    settings = {
      container           = { image = "training", entrypoint = ["run"], arguments = ["a", "b"], environment = { MODE = "fast" } }
      instances           = { type = "ml.g5.xlarge", count = 2, volume_gb = 100, spot = true, encrypt_volume = true }
      job_timeout_seconds = 600
      max_wait_seconds    = 900
      hyperparameters     = { epochs = "10" }
      metrics             = { loss = "loss=(\\S+)" }
      network             = { subnets = ["subnet-1"], security_groups = ["sg-1"], isolated = true }
      repository_arns     = ["arn:aws:ecr:eu-west-1:123456789012:repository/training"]
      policies            = { more = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
      tags                = { cost = "7" }
      storage = {
        output_s3_uri     = "s3://data/models/"
        checkpoint_s3_uri = "s3://data/models/"
        input_s3_uris     = { train = "s3://other/digits" }
      }
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
      RoleArn                               = "arn:aws:iam::123456789012:role/studio/jobs/studio-digits-training"
      HyperParameters                       = { epochs = "10" }
      Environment                           = { MODE = "fast" }
      OutputDataConfig                      = { S3OutputPath = "s3://data/models/", KmsKeyId = "arn:aws:kms:eu-west-1:123456789012:key/1" }
      ResourceConfig                        = { InstanceType = "ml.g5.xlarge", InstanceCount = 2, VolumeSizeInGB = 100, VolumeKmsKeyId = "arn:aws:kms:eu-west-1:123456789012:key/1" }
      StoppingCondition                     = { MaxRuntimeInSeconds = 600, MaxWaitTimeInSeconds = 900 }
      EnableManagedSpotTraining             = true
      EnableNetworkIsolation                = true
      EnableInterContainerTrafficEncryption = true
      Tags                                  = [{ Key = "Project", Value = "digits" }, { Key = "activity-dispatch", Value = "studio" }, { Key = "cost", Value = "7" }, { Key = "team", Value = "films" }]
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
    error_message = "the role may use what the settings name, and no more"
  }
  assert {
    condition     = contains(jsondecode(aws_iam_role_policy.this["training"].policy).Statement[*].Sid, "AttachToNetwork")
    error_message = "the role needs permissions for the VPC"
  }
}

run "the_role_has_the_stack_s_path_and_boundary" {
  command = plan
  variables {
    settings = { container = { image = "training" }, tags = { cost = "7" } }
  }

  assert {
    condition     = aws_iam_role.this.path == "/studio/jobs/" && aws_iam_role.this.permissions_boundary == "arn:aws:iam::123456789012:policy/bounds" && aws_iam_role.this.tags == tomap({ team = "films", cost = "7" })
    error_message = "the dispatcher may pass only such roles"
  }
  assert {
    condition     = jsondecode(aws_iam_role.this.assume_role_policy).Statement[0].Principal == { Service = "sagemaker.amazonaws.com" } && jsondecode(aws_iam_role.this.assume_role_policy).Statement[0].Condition == { StringEquals = { "aws:SourceAccount" = "123456789012" } }
    error_message = "only trainings of this account assume it"
  }
  assert {
    condition     = !strcontains(aws_iam_role_policy.this["training"].policy, "states:") && !strcontains(aws_iam_role_policy.this["training"].policy, "dynamodb:")
    error_message = "a training knows nothing of tasks"
  }
}

run "spot_waits_twice_the_timeout_by_default" {
  command = plan
  variables {
    settings = { container = { image = "training" }, instances = { spot = true } }
  }

  assert {
    condition     = jsondecode(output.backend.config).request.StoppingCondition == { MaxRuntimeInSeconds = 3600, MaxWaitTimeInSeconds = 7200 }
    error_message = "the default must be twice the timeout"
  }
}
