"""The muscle: Celery tasks that call the service. `celery -A workers.app worker` starts one."""
