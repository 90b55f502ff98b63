"""Containers that a cloud left in a Docker engine because it was killed."""


def remove(cloud_id: str) -> int:
    """Remove them; how many there were: none where no engine answers."""
    # Importing Docker's client takes longer than most commands do.
    import docker.errors

    from localcloud.compute import docker_engine

    try:
        return docker_engine.remove_left(cloud_id)
    except docker.errors.DockerException:
        return 0
