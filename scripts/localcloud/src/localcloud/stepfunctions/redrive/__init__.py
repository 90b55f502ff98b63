"""RedriveExecution, which LocalStack does not have.

https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
"""
