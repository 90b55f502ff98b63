"""The entry points that LocalStack loads: the container services, and their shutdown."""

from typing import Any

from localstack.runtime import hooks
from localstack.services.plugins import Service, aws_provider

# A service's modules are imported on first use, not when LocalStack starts.


def _ecs() -> Service:
    from localcloud.compute import routes
    from localcloud.compute.control_plane import service
    from localcloud.compute.ecs import clusters, definitions, queries
    from localcloud.compute.ecs.run_task import run_task

    routes.install()
    return service(
        "ecs",
        {
            "DeleteCluster": clusters.delete_cluster,
            "RegisterTaskDefinition": definitions.register_task_definition,
            "ExecuteCommand": queries.execute_command,
            "RunTask": run_task,
            "StopTask": queries.stop_task,
            "DescribeTasks": queries.describe_tasks,
            "ListTasks": queries.list_tasks,
        },
    )


def _batch() -> Service:
    from localcloud.compute import routes
    from localcloud.compute.batch import configuration, queries, roles
    from localcloud.compute.batch.submit import submit_job
    from localcloud.compute.control_plane import service

    routes.install()
    roles.install()
    return service(
        "batch",
        {
            "CreateComputeEnvironment": configuration.create_compute_environment,
            "UpdateComputeEnvironment": configuration.update_compute_environment,
            "CreateJobQueue": configuration.create_job_queue,
            "UpdateJobQueue": configuration.update_job_queue,
            "DescribeJobQueues": configuration.describe_job_queues,
            "RegisterJobDefinition": configuration.register_job_definition,
            "DescribeJobDefinitions": configuration.describe_job_definitions,
            "SubmitJob": submit_job,
            "DescribeJobs": queries.describe_jobs,
            "ListJobs": queries.list_jobs,
            "CancelJob": queries.cancel_job,
            "TerminateJob": queries.terminate_job,
        },
    )


def _ecr() -> Service:
    from localcloud.compute import ecr
    from localcloud.compute.control_plane import service

    operations = {"PutImageScanningConfiguration": ecr.put_image_scanning_configuration}
    return service("ecr", operations)


def _sagemaker() -> Service:
    from localcloud.compute import routes
    from localcloud.compute.control_plane import service
    from localcloud.compute.sagemaker import queries
    from localcloud.compute.sagemaker.create import create_training_job

    routes.install()
    return service(
        "sagemaker",
        {
            "CreateTrainingJob": create_training_job,
            "DescribeTrainingJob": queries.describe_training_job,
            "ListTrainingJobs": queries.list_training_jobs,
            "StopTrainingJob": queries.stop_training_job,
        },
    )


def _end_containers() -> None:
    from localcloud.compute import runner

    runner.close()


# LocalStack has no providers for these services, so ours need no PROVIDER_OVERRIDE_*.
ecs: Any = aws_provider(api="ecs")(_ecs)
batch: Any = aws_provider(api="batch")(_batch)
ecr: Any = aws_provider(api="ecr")(_ecr)
sagemaker: Any = aws_provider(api="sagemaker")(_sagemaker)
end_containers: Any = hooks.on_infra_shutdown()(_end_containers)
