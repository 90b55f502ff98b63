variable "retry" {
  description = "Which errors of the process state are tried again, and how often; waits are drawn at random up to interval_seconds * backoff_rate ^ attempt, at most max_delay_seconds. [] for none."
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
    error_message = "retry must have interval_seconds from 1, max_attempts from 0, backoff_rate from 1 and max_delay_seconds above interval_seconds and at most 31622400. Given: ${jsonencode(var.retry)}."
  }
  validation {
    condition = alltrue(flatten([for rule in var.retry : [
      for number in [rule.interval_seconds, rule.max_attempts, rule.max_delay_seconds] : floor(number) == number && number <= 99999999
    ]]))
    error_message = "retry must have whole numbers up to 99999999 as interval_seconds, max_attempts and max_delay_seconds. Given: ${jsonencode(var.retry)}."
  }
  validation {
    condition = alltrue([for index, rule in var.retry :
      !contains(rule.error_equals, "States.ALL") || (length(rule.error_equals) == 1 && index == length(var.retry) - 1)
    ])
    error_message = "retry must name States.ALL alone in its error_equals, and in the last rule only. Given: ${jsonencode(var.retry[*].error_equals)}."
  }
}
