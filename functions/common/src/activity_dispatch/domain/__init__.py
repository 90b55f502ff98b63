"""The domain model: tasks, activities, requests, jobs, outcomes. Imports no other package of the library."""
