"""The words: tasks, activities, requests, jobs, outcomes. Imports nothing else of the library."""
