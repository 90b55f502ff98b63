variable "pools" {
  description = "Pools of slots that activities share, by name: `{ gpus = { size = 8 } }`, as in module control-plane."
  type        = any
  default     = null
}
