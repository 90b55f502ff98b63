mock_provider "aws" {
  source          = "../../../../tests/mocks/aws"
  override_during = plan

  # The handle that the platform's state has published: tests/repo/test_examples.py compares it with module control-plane's.
  mock_data "aws_ssm_parameter" {
    defaults = { insecure_value = <<-EOT
      {"version":1,"name":"studio","prefix":"studio-","partition":"aws","region":"eu-west-1","account":"123456789012","backends":["lambda","ecs","batch","sagemaker"],"wake_ups":["requests","callback"],"state_machines":["studio","studio-*"],"event_buses":[],"iam":{"job_path":"/studio/jobs/","permissions_boundary_arn":"arn:aws:iam::123456789012:policy/bounds"},"starters":["arn:aws:iam::123456789012:role/studio/studio-dispatcher","arn:aws:iam::123456789012:role/studio/studio-reconciler"],"reporter_arn":"arn:aws:lambda:eu-west-1:123456789012:function:studio-reporter","reconciler_arn":"arn:aws:lambda:eu-west-1:123456789012:function:studio-reconciler","listener_arn":null,"queue":{"url":"https://sqs.eu-west-1.amazonaws.com/123456789012/studio-dispatch","arn":"arn:aws:sqs:eu-west-1:123456789012:studio-dispatch","kms_key_arn":null},"table":{"name":"studio-tasks","arn":"arn:aws:dynamodb:eu-west-1:123456789012:table/studio-tasks"},"bucket":{"name":"studio-data-123456789012-eu-west-1","arn":"arn:aws:s3:::studio-data-123456789012-eu-west-1"},"kms_key_arn":null,"kms_key_arns":[],"cluster_arn":"arn:aws:ecs:eu-west-1:123456789012:cluster/studio","pools":{},"job_queue_arn":"arn:aws:batch:eu-west-1:123456789012:job-queue/studio","network":{"vpc_id":"vpc-1","subnets":["subnet-1"],"security_groups":["sg-jobs"],"assign_public_ip":true},"job_environment":{"TASK_TABLE":"studio-tasks","PAYLOAD_BUCKET":"studio-data-123456789012-eu-west-1","TASK_RETENTION_DAYS":"7"},"worker_environment":{"TASK_TABLE":"studio-tasks"},"log_retention_days":30,"alarm_actions":[],"tags":{}}
    EOT
    }
  }
}

variables {
  images = { transcode = "transcode:1", caption = "caption:1", index = "index:1" }
}

run "three_activities_in_another_state_s_stack" {
  command = plan

  assert {
    condition     = output.activities == { for name in ["transcode", "caption", "index"] : name => "arn:aws:states:eu-west-1:123456789012:activity:studio-films-${name}" }
    error_message = "the team's activities must have its names"
  }
  assert {
    condition     = jsondecode(module.transcode.backend.config).task_definition == "studio-films-transcode" && jsondecode(module.caption.backend.config).task_definition == "studio-films-caption" && module.index.backend.kind == "batch"
    error_message = "each activity must have its own definition, with its own image"
  }
  assert {
    condition     = jsondecode(module.transcode.backend.config).cluster == "arn:aws:ecs:eu-west-1:123456789012:cluster/studio" && jsondecode(module.index.backend.config).job_queue == "arn:aws:batch:eu-west-1:123456789012:job-queue/studio"
    error_message = "the platform's cluster and queue must run its jobs"
  }
}
