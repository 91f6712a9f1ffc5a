"""The console while a call runs: what `--logger blastgrid` shows."""
