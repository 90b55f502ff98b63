output "stack" {
  description = "What the commands of `make` need of the environment."
  value = {
    region                   = module.stack.control_plane.region
    stack_name               = module.stack.handle.name
    task_table               = module.stack.handle.table.name
    data_bucket              = module.stack.handle.bucket.name
    dispatch_queue_url       = module.stack.handle.queue.url
    dead_letter_queue_url    = module.stack.control_plane.queues.dead_letter.url
    permissions_boundary_arn = module.stack.handle.iam.permissions_boundary_arn
    dashboard_url            = module.stack.control_plane.dashboard_url
    activities               = merge(module.word_count.activities, module.training[*].activities...)
    state_machines           = module.word_count.state_machines
    examples                 = module.word_count.examples
    trainings                = merge({}, module.training[*].state_machines...)
    functions = merge(
      { for name, function in module.stack.control_plane.functions : name => { arn = function.arn, log_group_name = function.log_group_name } },
      module.word_count.functions,
      module.training[*].functions...
    )
  }
}
