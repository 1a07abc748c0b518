"""What is kept about whom and for how long; export and erasure."""
