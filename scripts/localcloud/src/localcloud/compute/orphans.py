"""Containers that remain in a Docker engine after their cloud was killed."""


def remove(cloud_id: str) -> int:
    """Remove them and return how many there were; 0 if no engine answers."""
    # Importing Docker's client takes longer than most commands do.
    import docker.errors

    from localcloud.compute import docker_engine

    try:
        return docker_engine.remove_all(cloud_id)
    except docker.errors.DockerException:
        return 0
