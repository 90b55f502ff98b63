locals {
  read_data = [{
    Sid      = "ReadData"
    Effect   = "Allow"
    Action   = ["s3:GetObject"]
    Resource = ["${local.bucket.arn}/*"]
  }]

  prepare_policy = {
    Version = "2012-10-17"
    Statement = concat(
      local.read_data,
      [{
        # Otherwise S3 answers "access denied" for a missing key instead of "no such key". No job may do this: the names
        # of the payloads below tasks/ are the ids of tasks.
        Sid      = "TellMissingFromForbidden"
        Effect   = "Allow"
        Action   = ["s3:ListBucket"]
        Resource = [local.bucket.arn]
      }],
      [for key in var.stack.kms_key_arn[*] : {
        Sid      = "DecryptData"
        Effect   = "Allow"
        Action   = ["kms:Decrypt"]
        Resource = [key]
      }],
    )
  }

  # The worker's policy grants the key, if there is one.
  process_policy = {
    Version = "2012-10-17"
    Statement = concat(local.read_data, [{
      Sid      = "WriteResults"
      Effect   = "Allow"
      Action   = ["s3:PutObject"]
      Resource = ["${local.bucket.arn}/*"]
    }])
  }

  # One text, or many whose outputs are merged.
  steps_policies = { for texts, steps in { one = ["prepare", "publish"], many = ["prepare", "publish", "reduce"] } : texts => {
    Version = "2012-10-17"
    Statement = [{
      Sid      = "InvokeSteps"
      Effect   = "Allow"
      Action   = ["lambda:InvokeFunction"]
      Resource = [for name in steps : module.function[name].arn]
    }]
  } }
}
