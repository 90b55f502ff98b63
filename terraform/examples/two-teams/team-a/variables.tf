variable "images" {
  description = "Images of the jobs, with their tags: transcode, caption, index."
  type        = object({ transcode = string, caption = string, index = string })
}

variable "repository_arns" {
  description = "ARNs of the ECR repositories that hold the images: jobs may pull from them. []: public images."
  type        = list(string)
  default     = []
}
