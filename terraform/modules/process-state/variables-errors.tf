variable "retry" {
  description = <<-EOT
    Which errors of the process state are retried, and how. []: none.

    - `error_equals`: names of errors, as in a `Retry`.
    - `interval_seconds`: the longest first wait; each wait is drawn at random up to `interval_seconds *
      backoff_rate ^ attempt`.
    - `max_attempts`: how often to retry.
    - `backoff_rate`: what the longest wait is multiplied by after each attempt.
    - `max_delay_seconds`: limit of every wait.
  EOT
  type = list(object({
    error_equals      = list(string)
    interval_seconds  = optional(number, 5)
    max_attempts      = optional(number, 5)
    backoff_rate      = optional(number, 2)
    max_delay_seconds = optional(number, 300)
  }))
  default = [{
    error_equals = [
      "Job.Interrupted", "Dispatch.Throttled", "Dispatch.CapacityUnavailable", "Dispatch.QueueTimeout",
    ]
  }]
  nullable = false
  validation {
    condition     = alltrue([for rule in var.retry : length(rule.error_equals) > 0])
    error_message = "retry must name at least one error in each error_equals. Given: ${jsonencode(var.retry[*].error_equals)}."
  }
  validation {
    condition = alltrue([for rule in var.retry : (
      rule.interval_seconds >= 1 && rule.max_attempts >= 0 && rule.backoff_rate >= 1 &&
      rule.max_delay_seconds > rule.interval_seconds && rule.max_delay_seconds <= 31622400
    )])
    error_message = "retry must have interval_seconds of at least 1, max_attempts of at least 0, backoff_rate of at least 1, and max_delay_seconds above interval_seconds and at most 31622400. Given: ${jsonencode(var.retry)}."
  }
  validation {
    condition = alltrue(flatten([for rule in var.retry : [
      for number in [rule.interval_seconds, rule.max_attempts, rule.max_delay_seconds] : floor(number) == number && number <= 99999999
    ]]))
    error_message = "retry must have whole numbers of at most 99999999 as interval_seconds, max_attempts and max_delay_seconds. Given: ${jsonencode(var.retry)}."
  }
  validation {
    condition = alltrue([for index, rule in var.retry :
      !contains(rule.error_equals, "States.ALL") || (length(rule.error_equals) == 1 && index == length(var.retry) - 1)
    ])
    error_message = "retry must name States.ALL only in the last rule, alone in its error_equals. Given: ${jsonencode(var.retry[*].error_equals)}."
  }
}

variable "catch" {
  description = <<-EOT
    Where the state goes after an error that `retry` does not or no longer retry.

    - `error_equals`: names of errors, as in a `Catch`.
    - `next`: name of the state to go to.
    - `result_path`: JSONPath only: where the error goes in the input. null: it replaces the input.
    - `output`: JSONata only: the next state's input. null: the error.
  EOT
  type = list(object({
    error_equals = list(string)
    next         = string
    result_path  = optional(string)
    output       = optional(any)
  }))
  default  = []
  nullable = false
  validation {
    condition     = alltrue([for rule in var.catch : length(rule.error_equals) > 0])
    error_message = "catch must name at least one error in each error_equals. Given: ${jsonencode(var.catch[*].error_equals)}."
  }
  validation {
    condition = alltrue([for index, rule in var.catch :
      !contains(rule.error_equals, "States.ALL") || (length(rule.error_equals) == 1 && index == length(var.catch) - 1)
    ])
    error_message = "catch must name States.ALL only in the last rule, alone in its error_equals. Given: ${jsonencode(var.catch[*].error_equals)}."
  }
}
