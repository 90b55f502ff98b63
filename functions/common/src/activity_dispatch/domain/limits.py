"""AWS limits that the library respects, each in one place, with its source.

Sources: botocore's service models and https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
"""

# SendTaskSuccess accepts 262,144 bytes of UTF-8. The Process state's Parallel wraps the output in an
# array and has the same limit, so its brackets take two of those bytes.
MAX_OUTPUT_BYTES = 262_144 - len("[]")
MAX_TOKEN_CHARACTERS = 2_048
# An index's key in DynamoDB.
MAX_EXECUTION_ARN_BYTES = 2_048
MAX_ERROR_CHARACTERS = 256
MAX_CAUSE_CHARACTERS = 32_768
MAX_WORKER_NAME_CHARACTERS = 80
# A DynamoDB item may have 400 KB in total; a larger input goes to S3 instead of the task table.
MAX_TABLE_INPUT_BYTES = 262_144
# Lambda's asynchronous invocation accepts 1 MB.
MAX_ASYNC_PAYLOAD_BYTES = 1_048_576
# GetActivityTask holds the connection open for up to 60 s; the client must wait longer.
POLL_READ_TIMEOUT_SECONDS = 70
# How much of a job's log goes into its failure's cause.
MAX_LINES = 20
MAX_LINE_CHARACTERS = 1_000
# What the worker accepts as TASK_TIMEOUT_SECONDS, and Step Functions as TimeoutSeconds.
MAX_TIMEOUT_SECONDS = 99_999_999
