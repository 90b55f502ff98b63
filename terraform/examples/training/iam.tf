locals {
  training_policy = {
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "ListCheckpoints"
        Effect    = "Allow"
        Action    = ["s3:ListBucket"]
        Resource  = [local.bucket.arn]
        Condition = { StringLike = { "s3:prefix" = ["training/*"] } }
      },
      {
        Sid      = "KeepCheckpointsAndModels"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
        Resource = ["${local.bucket.arn}/training/*"]
      },
    ]
  }
  publish_policy = {
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid      = "ReadHistoriesAndWriteComparison"
          Effect   = "Allow"
          Action   = ["s3:GetObject", "s3:PutObject"]
          Resource = ["${local.bucket.arn}/training/*"]
        },
        {
          # Otherwise S3 answers "access denied" for a missing key instead of "no such key".
          Sid      = "TellMissingFromForbidden"
          Effect   = "Allow"
          Action   = ["s3:ListBucket"]
          Resource = [local.bucket.arn]
        },
      ],
      [for key in var.stack.kms_key_arn[*] : {
        Sid      = "UseKey"
        Effect   = "Allow"
        Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource = [key]
      }],
    )
  }
  steps_policy = {
    Version = "2012-10-17"
    Statement = [{
      Sid      = "InvokeSteps"
      Effect   = "Allow"
      Action   = ["lambda:InvokeFunction"]
      Resource = [for step in module.sweep : step.arn]
    }]
  }
}
