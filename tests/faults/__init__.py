"""Tests in which processes, threads and brokers fail or collide."""
