"""Jobs on a cluster or a machine with GPUs: which GPU a job gets, how SLURM preempts it, and when it ends."""
