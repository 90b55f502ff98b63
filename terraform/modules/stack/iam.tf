locals {
  bucket_policies = { for purpose, arn in local.bucket_arns : purpose => {
    Version = "2012-10-17"
    Statement = [{
      Sid       = "RefusePlainHttp"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [arn, "${arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  } }

  read_data = [{
    Sid      = "ReadData"
    Effect   = "Allow"
    Action   = ["s3:GetObject"]
    Resource = ["${local.bucket_arns.data}/*"]
  }]

  prepare_policy = {
    Version = "2012-10-17"
    Statement = concat(local.read_data, [{
      # Otherwise S3 answers "access denied" for a missing key instead of "no such key". No job may do this: the names
      # of the payloads below tasks/ are the ids of tasks.
      Sid      = "TellMissingFromForbidden"
      Effect   = "Allow"
      Action   = ["s3:ListBucket"]
      Resource = [local.bucket_arns.data]
      }], var.data.kms_key_arn == null ? [] : [{
      Sid      = "DecryptData"
      Effect   = "Allow"
      Action   = ["kms:Decrypt"]
      Resource = [var.data.kms_key_arn]
    }])
  }

  # The worker's policy grants the key, if there is one.
  process_policy = {
    Version = "2012-10-17"
    Statement = concat(local.read_data, [{
      Sid      = "WriteResults"
      Effect   = "Allow"
      Action   = ["s3:PutObject"]
      Resource = ["${local.bucket_arns.data}/*"]
    }])
  }

  # One text, or many whose outputs are merged.
  steps_policies = var.example == null ? {} : { for texts, steps in { one = ["prepare", "publish"], many = ["prepare", "publish", "reduce"] } : texts => {
    Version = "2012-10-17"
    Statement = [{
      Sid      = "InvokeSteps"
      Effect   = "Allow"
      Action   = ["lambda:InvokeFunction"]
      Resource = [for name in steps : module.step[name].arn]
    }]
  } }
}
